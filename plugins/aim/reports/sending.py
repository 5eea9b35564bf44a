"""The mails of a night: what is due is written, then what may go goes out. The ledger decides: a repeat is silent.

A matter has a version: 1, and a higher one only where somebody asks for it to be told again (`aim report ... --send`)
and its words are others by then. A night never tells a second version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aim.clock import Clock
from aim.ledger import mails
from aim.ledger.deliveries import LedgerError
from aim.ledger.mails import Matter, RoundWaiting
from aim.reports import answers, corrections, deadlines, digest_told, monthly_told, receipts_told
from aim.reports.composing import write_due, write_letter
from aim.reports.delivering import Delivered, deliver_waiting
from aim.reports.desk import Desk, open_desk
from aim.reports.digest import digest_of
from aim.reports.letter import Section
from aim.reports.letters import ORDER, letter_of
from aim.reports.monthly import report_period
from aim.reports.post import post
from aim.reports.render import render
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

EVERYTHING = ORDER
DEADLINES = (deadlines.ESCALATION, deadlines.REMINDER)
ARRIVALS = (receipts_told.KIND, answers.KIND, corrections.KIND)


@dataclass(frozen=True)
class MailResult:
    """What was mailed. sent: by SMTP; outbox: laid down as files, no server being set; failed: to be tried again.

    held: not let out of a trial installation. awaiting_approval: of a mass mailing. told: kind -> matters told.
    fault: why no mail could go out at all, if so.
    """

    sent: int = 0
    outbox: int = 0
    failed: int = 0
    no_contact: int = 0
    held: int = 0
    awaiting_approval: int = 0
    bounced: int = 0
    fault: str | None = None
    told: dict[str, int] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return vars(self).copy()


def send_due_mails(
    warehouse: Warehouse,
    settings: Settings,
    run_id: int | None,
    clock: Clock,
    kinds: Collection[str] = EVERYTHING,
) -> MailResult:
    """Write and send what is due of these kinds on the clock's day, and what was written before and has not gone yet.

    Told by run, so that a repeat tells the same; without a run, of what was in hand. Raises SettingsError where
    AIM_SMTP has no sense, and nothing for a mail or server that fails: it is tried again.
    """
    with _turn(warehouse, settings, clock) as desk:
        written = write_due(desk, kinds, run_id)
        done = deliver_waiting(desk.connection, settings, desk.reference, run_id)
        return _result(desk, (*written.mail_ids, *done.mail_ids), done, run_id)


def round_waiting(warehouse: Warehouse) -> RoundWaiting:
    """What of a mass mailing waits for a person to let it go."""
    with warehouse.connect() as connection:
        return mails.round_waiting(connection)


def let_round_go(warehouse: Warehouse, settings: Settings, by: str, clock: Clock) -> MailResult:
    """Send the mass mailing that waited; `by`: who let it go."""
    with _turn(warehouse, settings, clock) as desk:
        mails.approve(desk.connection, by)
        done = deliver_waiting(desk.connection, settings, desk.reference, None)
        return _result(desk, done.mail_ids, done, None)


def write_report(
    warehouse: Warehouse, settings: Settings, provider_code: str, period_text: str, clock: Clock, *, send: bool = False
) -> list[Path]:
    """Write a provider's monthly report as page and text under AIM_HOME, and mail it if asked; returns the paths.

    Asked again, it is mailed again only where its words are others by now, as a higher version. LedgerError: no such
    provider or month, nobody to write to, the mail did not go out.
    """
    period = report_period(period_text)
    with _turn(warehouse, settings, clock) as desk:
        provider = desk.providers.get(provider_code)
        if provider is None:
            raise LedgerError(f"There is no provider {provider_code} in the registry.")
        report = desk.report(provider_code, period)
        section = monthly_told.monthly_section(report, desk.speech(provider.language))
        paths = _write_pages(desk, section, provider.language, f"{provider_code}_{period.text}")
        if send:
            recipients = desk.book.readers(provider, {one.dataset for one in report.slices})
            _send_by_hand(desk, recipients, section, provider.language)
    return paths


def write_digest(
    warehouse: Warehouse, settings: Settings, municipality: str, period_text: str, clock: Clock, *, send: bool = False
) -> list[Path]:
    """The same for a municipality's digest, by two-digit code, in Lithuanian."""
    period = report_period(period_text)
    with _turn(warehouse, settings, clock) as desk:
        digest = digest_of(desk.connection, desk.reference, municipality, period, clock)
        section = digest_told.digest_section(digest, desk.providers, desk.speech("lt"))
        paths = _write_pages(desk, section, "lt", f"savivaldybe_{municipality}_{period.text}")
        if send:
            _send_by_hand(desk, desk.book.holders("tbk", municipality), section, "lt")
    return paths


@contextmanager
def _turn(warehouse: Warehouse, settings: Settings, clock: Clock) -> Iterator[Desk]:
    """A desk of one's own: nobody else writes or sends meanwhile. A senseless AIM_SMTP is found before anything."""
    with warehouse.connect(autocommit=True) as connection:
        mails.take_turn(connection)
        desk = open_desk(connection, settings, clock)
        post(settings, desk.reference.parameter_text("mail_sender")).close()
        yield desk


def _result(desk: Desk, mail_ids: Sequence[int], done: Delivered, run_id: int | None) -> MailResult:
    connection = desk.connection
    if run_id is None:
        counts, told = mails.counts_of(connection, mail_ids), mails.kinds_of(connection, mail_ids)
    else:
        counts, told = mails.counts_of_run(connection, run_id), mails.kinds_of_run(connection, run_id)
    sent = counts.get("sent", 0)
    by_smtp = desk.settings.smtp_url is not None
    return MailResult(
        sent=sent if by_smtp else 0,
        outbox=0 if by_smtp else sent,
        failed=counts.get("failed", 0) + counts.get("prepared", 0) + counts.get("given_up", 0),
        no_contact=counts.get("no_contact", 0),
        held=counts.get("held", 0),
        awaiting_approval=counts.get("awaiting_approval", 0),
        bounced=counts.get("bounced", 0),
        fault=done.fault,
        told=told,
    )


def _write_pages(desk: Desk, section: Section, lang: str, name: str) -> list[Path]:
    letter = letter_of([section], desk.speech(lang), desk.clock.today, desk.clock.instant, None)
    rendered = render(letter)
    folder = desk.settings.reports
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{suffix}" for suffix in ("html", "txt")]
    for path, text in zip(paths, (rendered.html, rendered.text), strict=True):
        path.write_text(text, "utf-8")
    return paths


def _send_by_hand(desk: Desk, recipients: Sequence[str], section: Section, lang: str) -> None:
    """Tell each of them, but whom the same words have reached already."""
    if not recipients:
        raise LedgerError("There is nobody to write to: name a contact by `aim contacts import FILE`.")
    (matter,) = section.matters
    for recipient in recipients:
        last = mails.last_version(desk.connection, recipient, matter)
        if last is not None and last[1] == section.fingerprint:
            continue
        again = Matter(**vars(matter) | {"version": 1 if last is None else last[0] + 1})
        told = {again: section.told[matter]} if matter in section.told else {}
        write_letter(desk, recipient, lang, [replace(section, matters=(again,), told=told)], None)
    done = deliver_waiting(desk.connection, desk.settings, desk.reference, None)
    if done.fault is not None:
        raise LedgerError(done.fault)
    if mails.counts_of(desk.connection, done.mail_ids).get("failed"):
        raise LedgerError("A mail was refused: it is tried again with the next ones.")
