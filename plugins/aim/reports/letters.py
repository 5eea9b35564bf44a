"""What one person is told in one night, made one letter: which section comes first, what the subject says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from email.utils import parseaddr
from typing import Any

from aim.reports import answers, contact_lost, corrections, deadlines, digest_told, monthly_told, receipts_told
from aim.reports.calendar_file import calendar_file
from aim.reports.letter import TONES, Letter, Section
from aim.reports.speech import Speech

ORDER = (
    deadlines.ESCALATION,
    deadlines.REMINDER,
    receipts_told.KIND,
    answers.KIND,
    corrections.KIND,
    monthly_told.KIND,
    contact_lost.KIND,
    digest_told.KIND,
)
"""Every kind of message, the most pressing first: the order of sections in a letter."""
ROUND = (monthly_told.KIND, digest_told.KIND)
"""Kinds that go to everybody about the same time: a mass mailing that a person lets go."""


def letter_of(
    sections: Sequence[Section], speech: Speech, today: date, instant: datetime, run_id: int | None
) -> Letter:
    """The letter: the sections in order, an overview where there are several, closing words said once."""
    ordered = tuple(sorted(sections, key=lambda one: (ORDER.index(one.kind), one.name)))
    # The first of the most pressing speaks for all in the subject.
    leading = max(ordered, key=lambda one: TONES.index(one.tone))
    several = len(ordered) > 1
    sender = speech.reference.parameter_text("mail_sender")
    return Letter(
        lang=speech.lang,
        subject=leading.subject + (speech.say("subject_more", len(ordered) - 1) if several else ""),
        greeting=speech.say("greeting", day=speech.day(today)) if several else "",
        overview=tuple(speech.say("overview", who=one.who, verdict=one.verdict) for one in ordered) if several else (),
        sections=ordered,
        closing=(
            speech.say("help", **_help(speech)),
            *dict.fromkeys(one.why for one in ordered),
            speech.say("why_change"),
            speech.say("privacy"),
            speech.say("version", version=speech.contracts.version)
            + (speech.say("version_run", run_id=run_id) if run_id is not None else ""),
        ),
        calendar=calendar_file(
            (day for one in ordered for day in one.due_days),
            title=speech.say("calendar_title"),
            domain=parseaddr(sender)[1].rpartition("@")[2],
            instant=instant,
        ),
    )


def _help(speech: Speech) -> dict[str, Any]:
    """Whom to call, as the installation says it."""
    return {
        name: speech.reference.parameter_text(f"mail_{name}")
        for name in ("contact", "contact_name", "contact_phone", "contact_hours")
    }
