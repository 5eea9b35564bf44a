"""Which reports are due, and that each goes out once.

A mail has a version: 1, and a higher one only where somebody asks for the report to be sent again
(`aim report ... --send`) and its words are others by then. A night never sends a second version.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import Contracts, contracts
from aim.contracts.models import Grain
from aim.contracts.reference import Reference, read_reference
from aim.contracts.registry import Provider, read_registry
from aim.ledger import contacts, mails
from aim.ledger.deliveries import LedgerError
from aim.ledger.mails import Draft, MailKey
from aim.reports.data import MonthlyReport, monthly_report, report_period
from aim.reports.mail import compose, message_id
from aim.reports.post import MailRefusedError, Post, ServerUnreachableError, post
from aim.reports.render import Rendered, render
from aim.reports.wording import letter
from aim.settings import Settings
from aim.warehouse import sql
from aim.warehouse.connect import Warehouse

MONTHLY = "monthly-quality-report"
ROLES = ("provider", "tbk")
"""Contacts who get the monthly report."""


@dataclass(frozen=True)
class MailResult:
    """What a night mailed. sent: by SMTP; outbox: as files; refused: addresses refused of mails that went out.

    fault: why no mail could go out at all, if so.
    """

    sent: int
    outbox: int
    failed: int
    no_contact: int
    refused: int = 0
    fault: str | None = None

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return vars(self).copy()


@dataclass(frozen=True)
class _Desk:
    """What a session of writing reports looks things up in."""

    connection: psycopg.Connection[Any]
    contracts: Contracts
    reference: Reference
    providers: dict[str, Provider]
    clock: Clock

    def report(self, provider_code: str, period: Period) -> MonthlyReport:
        return monthly_report(
            self.connection, self.contracts, self.reference, self.providers[provider_code], period, self.clock
        )

    def rendered(self, report: MonthlyReport) -> Rendered:
        return render(letter(report, self.contracts, self.reference, self.reference.parameter_text("mail_contact")))


def send_due_reports(warehouse: Warehouse, settings: Settings, run_id: int, clock: Clock) -> MailResult:
    """Write and send the monthly reports that are due on the clock's night, and those of earlier nights not yet sent.

    A report is due from the day after the provider's last due day of the month, for `report_window_days`. Told by
    run, so that a repeat tells the same. Raises SettingsError where AIM_SMTP has no sense, and nothing for a mail or
    server that fails: the next night tries again.
    """
    fault: str | None = None
    refused = 0
    with warehouse.connect(autocommit=True) as connection, closing(post(settings)) as out:
        mails.take_turn(connection)
        desk = _desk(connection, settings, clock)
        for key in _due(desk):
            try:
                refused += _send(desk, key, None if fault else out, run_id)
            except ServerUnreachableError as error:
                fault = str(error)
            except MailRefusedError:
                # Its state says so; the others are none the worse for it.
                continue
        counts = mails.counts_of_run(connection, run_id)
    sent = counts.get("sent", 0)
    return MailResult(
        sent=sent if settings.smtp_url else 0,
        outbox=0 if settings.smtp_url else sent,
        failed=counts.get("failed", 0),
        no_contact=counts.get("no_contact", 0),
        refused=refused,
        fault=fault,
    )


def write_report(
    warehouse: Warehouse, settings: Settings, provider_code: str, period_text: str, clock: Clock, *, send: bool = False
) -> list[Path]:
    """Write a provider's monthly report as page and text under AIM_HOME, and mail it if asked; returns the paths.

    Asked again, it is mailed again only where its words are others by now, as a higher version. LedgerError: no such
    provider or month, nobody to write to, the mail did not go out.
    """
    period = report_period(period_text)
    with warehouse.connect(autocommit=True) as connection:
        desk = _desk(connection, settings, clock)
        if provider_code not in desk.providers:
            raise LedgerError(f"There is no provider {provider_code} in the registry.")
        rendered = desk.rendered(desk.report(provider_code, period))
        folder = settings.home / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{provider_code}_{period.text}.{suffix}" for suffix in ("html", "txt")]
        for path, text in zip(paths, (rendered.html, rendered.text), strict=True):
            path.write_text(text, "utf-8")
        if send:
            mails.take_turn(connection)
            _send_by_hand(desk, settings, MailKey(provider_code, period.text, MONTHLY))
    return paths


def _send_by_hand(desk: _Desk, settings: Settings, key: MailKey) -> None:
    with closing(post(settings)) as out:
        try:
            _send(desk, key, out, None, again=True)
        except MailRefusedError as error:
            raise LedgerError(f"The mail was refused ({error}): the next night tries again.") from None
        except ServerUnreachableError as error:
            raise LedgerError(str(error)) from None
    latest = mails.latest(desk.connection, key)
    if latest is not None and latest.state == "no_contact":
        raise LedgerError("There is nobody to write to: name a contact by `aim contacts import FILE`.")


def _desk(connection: psycopg.Connection[Any], settings: Settings, clock: Clock) -> _Desk:
    return _Desk(
        connection=connection,
        contracts=contracts(),
        reference=read_reference(settings.reference),
        providers=read_registry(settings.registry),
        clock=clock,
    )


def _due(desk: _Desk) -> list[MailKey]:
    """The mails to see to: unsent ones of earlier nights, and those due now, whether sent already or not."""
    window = int(desk.reference.parameter("report_window_days", desk.clock.today))
    rows = desk.connection.execute(
        sql.load(__file__, "providers_due.sql"), {"today": desk.clock.today, "window_days": window}
    ).fetchall()
    due = {
        MailKey(provider_code, Period.holding(due_month, Grain.MONTH).previous().text, MONTHLY)
        for provider_code, due_month in rows
    }
    every = due | set(mails.unsent(desk.connection, MONTHLY))
    return sorted(
        (key for key in every if key.provider_code in desk.providers), key=lambda key: (key.provider_code, key.period)
    )


def _send(desk: _Desk, key: MailKey, out: Post | None, run_id: int | None, *, again: bool = False) -> int:
    """Send one mail unless it was sent (`again`: unless these words were); returns the addresses refused of it.

    Without `out`, which is when the server cannot be reached, it is only written down as failed.
    """
    latest = mails.latest(desk.connection, key)
    if latest is not None and latest.state == "sent" and not again:
        return 0
    report = desk.report(key.provider_code, report_period(key.period))
    rendered = desk.rendered(report)
    version, identity = (1, None) if latest is None else (latest.version, latest.message_id)
    if latest is not None and latest.state == "sent":
        if latest.body_sha256 == rendered.sha256:
            return 0
        version, identity = latest.version + 1, None
    sender = desk.reference.parameter_text("mail_sender")
    draft = Draft(
        key=key,
        version=version,
        message_id=identity or message_id(key, version, sender),
        recipients=tuple(
            contacts.recipients(desk.connection, key.provider_code, {one.dataset for one in report.slices}, ROLES)
        ),
        subject=rendered.subject,
        body_sha256=rendered.sha256,
        run_id=run_id,
    )
    mail_id = mails.prepare(desk.connection, draft)
    if not draft.recipients:
        return 0
    if out is None:
        mails.mark_failed(desk.connection, mail_id)
        return 0
    message = compose(
        rendered,
        identity=draft.message_id,
        sender=sender,
        contact=desk.reference.parameter_text("mail_contact"),
        recipients=draft.recipients,
        instant=desk.clock.instant,
        lang=report.provider.language,
    )
    # Committed before it goes out: found in this state after a kill, it is sent again under the same identity.
    mails.mark_sending(desk.connection, mail_id)
    try:
        refused = out.deliver(message)
    except (MailRefusedError, ServerUnreachableError):
        mails.mark_failed(desk.connection, mail_id)
        raise
    mails.mark_sent(desk.connection, mail_id)
    return refused
