"""The annotated copies of a provider's month: each under its password, told to who asks and written down nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aim.annotated_copy.findings_by_row import FindingsByRow
from aim.annotated_copy.lock import locked
from aim.annotated_copy.own_rows import own_file
from aim.annotated_copy.workbook import Copied, workbook
from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.file_names import list_name
from aim.handbook.sources import Sources
from aim.landing.gate import form_of
from aim.landing.rejection import RejectionError
from aim.landing.secret import read_secret
from aim.ledger.deliveries import LedgerError
from aim.private_file import put
from aim.reports.desk import open_desk
from aim.reports.monthly import report_period
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

_FORM = "xlsx"


@dataclass(frozen=True)
class AnnotatedCopy:
    """A copy written. password: what opens it, to be passed on by another way than the copy."""

    path: Path
    password: str


@dataclass(frozen=True)
class Copies:
    """The copies of a month. left_out: deliveries that have none, their original being erased or unreadable."""

    written: tuple[AnnotatedCopy, ...] = ()
    left_out: tuple[int, ...] = ()


def write_copies(
    warehouse: Warehouse, settings: Settings, provider_code: str, period_text: str, clock: Clock
) -> Copies:
    """Write a locked copy of each file of the month in which something is open; one there is replaced.

    LedgerError: no such provider or month. Raises LockError, and pyrage.DecryptError where no key fits.
    """
    period = report_period(period_text)
    secret = read_secret(settings.secret_file)
    sources = Sources.read(settings, clock.today)
    written: list[AnnotatedCopy] = []
    left_out: list[int] = []
    with warehouse.connect() as connection:
        desk = open_desk(connection, settings, clock)
        provider = desk.providers.get(provider_code)
        if provider is None:
            raise LedgerError(f"There is no provider {provider_code} in the registry.")
        report = desk.report(provider_code, period)
        with_findings = {one.delivery.delivery_id: one.delivery for one in report.findings.every}
        archived = {
            int(number): str(name)
            for number, name in connection.execute(
                "select delivery_id, archive_name from ops.deliveries"
                " where delivery_id = any(%s) and archive_name is not null and retired_at is null",
                (list(with_findings),),
            )
        }
        for number, delivery in with_findings.items():
            form = form_of(delivery.file_name or "")
            if number not in archived or form is None:
                left_out.append(number)
                continue
            first_day = Period.parse(str(delivery.period)).start
            copied = Copied(
                delivery=delivery,
                contract=desk.contracts.layout(str(delivery.dataset), first_day),
                speech=desk.speech(provider.language),
                sources=sources,
            )
            try:
                with own_file(settings, secret, archived[number], form, copied.contract) as own:
                    content = workbook(copied, own, FindingsByRow(connection, desk.contracts, delivery))
            except (FileNotFoundError, RejectionError):
                left_out.append(number)
                continue
            name = list_name(str(delivery.dataset), provider.code, str(delivery.period), number, _FORM)
            password = secret.copy_password(number)
            put(settings.reports / name, locked(content, password))
            written.append(AnnotatedCopy(settings.reports / name, password))
    return Copies(tuple(written), tuple(left_out))
