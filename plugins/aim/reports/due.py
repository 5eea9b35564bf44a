"""What is to be told tonight, and to whom: every matter of every kind, whether told already or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from aim.contracts.calendar import Period
from aim.contracts.models import Grain
from aim.contracts.registry import Provider
from aim.ledger.mails import NOBODY, Matter
from aim.reports import answers, contact_lost, corrections, deadlines, digest_told, monthly_told, receipts_told
from aim.reports.answers import Answer, answers_come
from aim.reports.contact_lost import Lost, lost_contacts
from aim.reports.corrections import Asked, open_questions
from aim.reports.deadlines import ROLES
from aim.reports.deadlines import deadlines as deadlines_now
from aim.reports.deadlines_told import Addressed
from aim.reports.desk import Desk
from aim.reports.receipts import Arrived, arrivals, provider_of
from aim.reports.receipts_told import receipt_matter
from aim.warehouse import sql

Subject = Addressed | Answer | Arrived | Asked | Lost | Period
"""What a note is about: a period of a report or a digest."""


@dataclass(frozen=True)
class Note:
    """One matter for one person, about a provider (None: about a municipality, its code in `matter`)."""

    recipient: str
    matter: Matter
    provider: Provider | None
    about: Subject


def notes_due(desk: Desk, kinds: Iterable[str]) -> list[Note]:
    """Every note of these kinds; what nobody can be told of a monthly report is a note to NOBODY."""
    found: list[Note] = []
    for kind in kinds:
        found += _OF_KIND[kind](desk)
    return found


def _receipts(desk: Desk) -> Iterator[Note]:
    for one in arrivals(desk.connection, desk.reference, desk.clock):
        provider = provider_of(one, desk.providers)
        if provider is None:
            continue
        for recipient in desk.book.senders(provider, [one.dataset] if one.dataset else []):
            yield Note(recipient, receipt_matter(provider.code, one), provider, one)


def _answers(desk: Desk) -> Iterator[Note]:
    for one in answers_come(desk.connection, desk.reference, desk.clock):
        provider = desk.providers.get(one.provider_code)
        if provider is not None:
            for recipient in desk.book.senders(provider, [one.dataset]):
                yield Note(recipient, one.matter, provider, one)


def _corrections(desk: Desk) -> Iterator[Note]:
    for one in open_questions(desk.connection, desk.contracts, desk.reference, desk.clock):
        provider = desk.providers.get(one.provider_code)
        if provider is not None:
            for recipient in desk.book.senders(provider, [one.dataset]):
                yield Note(recipient, one.matter, provider, one)


def _deadlines(desk: Desk, kind: str) -> Iterator[Note]:
    for one in deadlines_now(desk.connection, desk.reference, desk.clock):
        provider = desk.providers.get(one.owed.provider_code)
        if provider is None or one.kind != kind:
            continue
        owners = desk.book.senders(provider, [one.owed.dataset])
        place = provider.municipality_code
        role, asked = (None, []) if one.level is None else desk.book.asked_to_help(ROLES, one.level, place)
        addressed = {recipient: Addressed(one, role, is_owner=True) for recipient in owners}
        for recipient in asked:
            addressed.setdefault(recipient, Addressed(one, role))
        for below in ROLES[: one.level or 0]:
            for recipient in desk.book.holders(below, place):
                addressed.setdefault(recipient, Addressed(one, role, is_copy=True))
        for recipient, told in addressed.items():
            yield Note(recipient, one.matter, provider, told)


def _reminders(desk: Desk) -> Iterator[Note]:
    return _deadlines(desk, deadlines.REMINDER)


def _escalations(desk: Desk) -> Iterator[Note]:
    return _deadlines(desk, deadlines.ESCALATION)


def _monthly(desk: Desk) -> Iterator[Note]:
    """A report is due from the day after the provider's last due day of the month, for `report_window_days`."""
    window = int(desk.reference.parameter("report_window_days", desk.clock.today))
    rows = desk.connection.execute(
        sql.load(__file__, "providers_due.sql"), {"today": desk.clock.today, "window_days": window}
    ).fetchall()
    for provider_code, due_month, datasets in rows:
        provider = desk.providers.get(provider_code)
        if provider is None:
            continue
        period = Period.holding(due_month, Grain.MONTH).previous()
        matter = Matter(monthly_told.KIND, provider.code, period.text)
        for recipient in desk.book.readers(provider, datasets) or [NOBODY]:
            yield Note(recipient, matter, provider, period)


def _digests(desk: Desk) -> Iterator[Note]:
    """A month's digest is due from a day of the month after it, for `report_window_days`."""
    today = desk.clock.today
    window = timedelta(days=int(desk.reference.parameter("report_window_days", today)))
    day = int(desk.reference.parameter("digest_day", today))
    for written in (Period.holding(today, Grain.MONTH), Period.holding(today, Grain.MONTH).previous()):
        due = date(written.start.year, written.start.month, day)
        if due <= today <= due + window:
            period = written.previous()
            for municipality in desk.reference.municipalities:
                matter = Matter(digest_told.KIND, municipality, period.text)
                for recipient in desk.book.holders(ROLES[0], municipality):
                    yield Note(recipient, matter, None, period)


def _lost(desk: Desk) -> Iterator[Note]:
    for one in lost_contacts(desk.connection, desk.reference, desk.clock):
        provider = desk.providers.get(one.provider_code)
        if provider is not None:
            for recipient in desk.book.asked_to_help(ROLES, 0, provider.municipality_code)[1]:
                yield Note(recipient, one.matter, provider, one)


_OF_KIND = {
    receipts_told.KIND: _receipts,
    answers.KIND: _answers,
    corrections.KIND: _corrections,
    deadlines.REMINDER: _reminders,
    deadlines.ESCALATION: _escalations,
    monthly_told.KIND: _monthly,
    digest_told.KIND: _digests,
    contact_lost.KIND: _lost,
}
