"""Writing the letters of a night: one a person, each matter once, kept whole before any of it goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from aim.contracts.calendar import Period
from aim.ledger import mails
from aim.ledger.mails import NOBODY, Draft, Matter
from aim.reports import deadlines
from aim.reports.answers import Answer, answers_told
from aim.reports.answers_told import answers_section
from aim.reports.contact_lost import Lost, lost_section
from aim.reports.corrections import Asked, correction_section
from aim.reports.deadlines_told import Addressed, escalation_section, reminder_section
from aim.reports.desk import Desk
from aim.reports.digest import digest_of
from aim.reports.digest_told import digest_section
from aim.reports.due import Note, notes_due
from aim.reports.letter import Section
from aim.reports.letters import ROUND, letter_of
from aim.reports.mail import compose, message_id
from aim.reports.monthly_told import monthly_section
from aim.reports.post import lets_out
from aim.reports.receipts import Arrived, receipt
from aim.reports.receipts_told import receipt_section
from aim.reports.render import render
from aim.reports.speech import Speech

Told = TypeVar("Told")


@dataclass(frozen=True)
class Written:
    """Letters written: by id. awaiting: of them, those of a mass mailing that wait for a person."""

    mail_ids: tuple[int, ...]
    awaiting: int = 0


def write_due(desk: Desk, kinds: Collection[str], run_id: int | None) -> Written:
    """Write what is due of these kinds and not told yet; the caller has the turn. Autocommit: a letter at a time.

    A mass mailing still waiting for approval is written anew.
    """
    if set(kinds) & set(ROUND):
        mails.withdraw_awaiting(desk.connection)
    every = notes_due(desk, kinds)
    told = mails.told_before(desk.connection, [(note.recipient, note.matter) for note in every])
    by_person: dict[str, list[Note]] = {}
    for note in every:
        if (note.recipient, note.matter) not in told:
            by_person.setdefault(note.recipient, []).append(note)
    nobody = by_person.pop(NOBODY, [])
    ids = [_write_nobody(desk, note, run_id) for note in nobody]
    # All sections before the first letter: what they compare with is what was told before tonight.
    letters = [(recipient, _lang(notes), notes) for recipient, notes in by_person.items()]
    sections = [(recipient, lang, _sections(desk, notes, lang)) for recipient, lang, notes in letters]
    is_mass = _is_mass(desk, sections)
    awaiting = 0
    for recipient, lang, of_person in sections:
        waits = is_mass and lets_out(desk.settings, recipient)
        timely = [one for one in of_person if not waits or one.kind not in ROUND]
        waiting = [one for one in of_person if waits and one.kind in ROUND]
        if timely:
            ids.append(write_letter(desk, recipient, lang, timely, run_id))
        if waiting:
            ids.append(write_letter(desk, recipient, lang, waiting, run_id, state="awaiting_approval"))
            awaiting += 1
    return Written(tuple(ids), awaiting)


def write_letter(
    desk: Desk,
    recipient: str,
    lang: str,
    sections: Sequence[Section],
    run_id: int | None,
    *,
    state: str = "prepared",
) -> int:
    """Write one letter down; returns its id."""
    letter = letter_of(sections, desk.speech(lang), desk.clock.today, desk.clock.instant, run_id)
    rendered = render(letter)
    matters = tuple(matter for one in letter.sections for matter in one.matters)
    sender = desk.reference.parameter_text("mail_sender")
    nth = mails.letters_of_day(desk.connection, recipient, desk.clock.today)
    told = (recipient, nth, *(one.fingerprint for one in letter.sections))
    identity = message_id(desk.clock.today, matters[0], told, sender)
    message = compose(
        rendered,
        identity=identity,
        sender=sender,
        contact=desk.reference.parameter_text("mail_contact"),
        recipients=[recipient],
        instant=desk.clock.instant,
        lang=lang,
        attachments=letter.attachments,
    )
    return mails.write(
        desk.connection,
        Draft(
            matters=matters,
            recipient=recipient,
            message_id=identity,
            subject=rendered.subject,
            body_sha256=rendered.sha256,
            message=message.as_bytes(),
            clock_date=desk.clock.today,
            run_id=run_id,
            state=state,
            told={matter: counts for one in letter.sections for matter, counts in one.told.items()},
            words={matter: one.fingerprint for one in letter.sections for matter in one.matters},
        ),
    )


def _write_nobody(desk: Desk, note: Note, run_id: int | None) -> int:
    """Write down that nobody could be told."""
    sender = desk.reference.parameter_text("mail_sender")
    return mails.write(
        desk.connection,
        Draft(
            matters=(note.matter,),
            recipient=NOBODY,
            message_id=message_id(desk.clock.today, note.matter, (NOBODY,), sender),
            subject="",
            body_sha256=sha256(b"").hexdigest(),
            message=None,
            clock_date=desk.clock.today,
            run_id=run_id,
            state="no_contact",
        ),
    )


def _lang(notes: Iterable[Note]) -> str:
    """English where all it tells is for people of providers who are written to in English."""

    def is_english(note: Note) -> bool:
        if note.provider is None or (isinstance(note.about, Addressed) and not note.about.is_owner):
            return False
        return note.provider.language == "en"

    return "en" if all(map(is_english, notes)) else "lt"


def _is_mass(desk: Desk, sections: Iterable[tuple[str, str, Sequence[Section]]]) -> bool:
    """Whether more people are written to at once than may be without a person letting it go."""
    going = sum(
        lets_out(desk.settings, recipient) and any(one.kind in ROUND for one in of_person)
        for recipient, _, of_person in sections
    )
    return going > int(desk.reference.parameter("mail_approval_letters", desk.clock.today))


def _sections(desk: Desk, notes: Sequence[Note], lang: str) -> list[Section]:
    """What one person is told, by kind and provider; what one section tells anyway is not told again in another."""
    drawer = _Drawer(desk, desk.speech(lang))
    for note, period in _about(notes, Period):
        drawer.add_period(note, period)
    drawer.add_receipts(_about(notes, Arrived))
    drawer.add_answers(_about(notes, Answer))
    drawer.add_questions(_about(notes, Asked))
    told = [one for _, one in _about(notes, Addressed)]
    for kind, build in ((deadlines.REMINDER, reminder_section), (deadlines.ESCALATION, escalation_section)):
        of_kind = [one for one in told if one.deadline.kind == kind]
        if of_kind:
            drawer.sections.append(build(of_kind, desk.providers, desk.speech(lang), desk.clock))
    lost = [one for _, one in _about(notes, Lost)]
    if lost:
        drawer.sections.append(lost_section(lost, desk.providers, desk.speech(lang)))
    return drawer.sections


class _Drawer:
    """Sections of one person, and which of them tells of which delivery."""

    def __init__(self, desk: Desk, speech: Speech) -> None:
        self.sections: list[Section] = []
        self._desk = desk
        self._speech = speech
        self._telling: dict[int, int] = {}

    def add_period(self, note: Note, period: Period) -> None:
        """A provider's report or a municipality's digest."""
        desk = self._desk
        if note.provider is None:
            code = note.matter.provider_code
            digest = digest_of(desk.connection, desk.reference, code, period, desk.clock)
            self.sections.append(digest_section(digest, desk.providers, self._speech))
            return
        report = desk.report(note.provider.code, period)
        self._telling |= {one.delivery_id: len(self.sections) for one in report.deliveries}
        self.sections.append(monthly_section(report, self._speech))

    def add_receipts(self, arrived: Sequence[tuple[Note, Arrived]]) -> None:
        """Files of one provider together; those that a report tells of anyway are acknowledged by it."""
        desk = self._desk
        by_provider: dict[str, list[Arrived]] = {}
        for note, one in arrived:
            if one.delivery_id not in self._telling:
                by_provider.setdefault(note.matter.provider_code, []).append(one)
        for code, fresh in by_provider.items():
            told = receipt(desk.connection, desk.contracts, desk.reference, desk.providers[code], fresh, desk.clock)
            self._telling |= {one.delivery_id: len(self.sections) for one in fresh}
            self.sections.append(receipt_section(told, self._speech))
        for note, one in arrived:
            self._tell_too(one.delivery_id, note.matter)

    def add_answers(self, come: Sequence[tuple[Note, Answer]]) -> None:
        """Lists of one provider that came back, together; what is still asked of their files is asked there."""
        desk = self._desk
        by_provider: dict[str, list[Answer]] = {}
        for _, one in come:
            by_provider.setdefault(one.provider_code, []).append(one)
        for code, fresh in by_provider.items():
            told = answers_told(
                desk.connection, desk.contracts, desk.reference, desk.providers[code], fresh, desk.clock
            )
            for delivery in told.deliveries:
                self._telling.setdefault(delivery.delivery_id, len(self.sections))
            self.sections.append(answers_section(told, self._speech))

    def add_questions(self, asked: Sequence[tuple[Note, Asked]]) -> None:
        """Questions about files that nothing else here tells of."""
        by_provider: dict[str, list[Asked]] = {}
        for note, one in asked:
            if one.delivery_id in self._telling:
                self._tell_too(one.delivery_id, note.matter)
            else:
                by_provider.setdefault(one.provider_code, []).append(one)
        for code, still_open in by_provider.items():
            desk = self._desk
            section = correction_section(desk.connection, desk.providers[code], still_open, self._speech, desk.clock)
            if section is not None:
                self.sections.append(section)

    def _tell_too(self, delivery_id: int, matter: Matter) -> None:
        nth = self._telling[delivery_id]
        section = self.sections[nth]
        if matter not in section.matters:
            self.sections[nth] = replace(section, matters=(*section.matters, matter))


def _about(notes: Iterable[Note], shape: type[Told]) -> list[tuple[Note, Told]]:
    """The notes about things of one shape."""
    return [(note, note.about) for note in notes if isinstance(note.about, shape)]
