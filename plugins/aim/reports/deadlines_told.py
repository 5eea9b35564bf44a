"""How a due day is recalled, and how it is said that nothing came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from aim.clock import Clock
from aim.contracts.registry import Provider
from aim.reports.deadlines import ESCALATION, REMINDER, Deadline, Owed
from aim.reports.letter import DueDay, Entries, Entry, Lines, Section
from aim.reports.speech import Speech


@dataclass(frozen=True)
class Addressed:
    """A deadline as it concerns one person. is_owner: it is for them to deliver; is_copy: told for their knowledge.

    asked_role: who is asked to help; None where nobody is there to be asked.
    """

    deadline: Deadline
    asked_role: str | None = None
    is_owner: bool = False
    is_copy: bool = False


def reminder_section(
    told: Sequence[Addressed], providers: Mapping[str, Provider], speech: Speech, clock: Clock
) -> Section:
    """What is still to come and by when, nearest day first."""
    say = speech.say
    owed = [one.deadline.owed for one in told]
    first = min(one.due_on for one in owed)
    nearest = [one for one in owed if one.due_on == first]
    left = (first - clock.today).days
    who = _who(speech, providers, owed)
    files = say("files_to_deliver", len(nearest))
    verdict = say("reminder_today", files=files) if left == 0 else say("reminder_in", left, files=files, date=first)
    days = tuple(
        Entry(
            speech.day(day),
            tuple(
                say(
                    "reminder_rejected" if one.status == "rejected" else "reminder_missing",
                    slice=_named(speech, providers, one, owed),
                )
                for one in due
            ),
        )
        for day, due in groupby(
            sorted(owed, key=lambda one: (one.due_on, one.provider_code)), key=lambda one: one.due_on
        )
    )
    return Section(
        kind=REMINDER,
        who=who,
        name=_name(speech, providers, owed),
        caption=say("reminder_caption"),
        tone="act" if left == 0 else "look",
        subject=say("subject_of", who=who, verdict=verdict),
        verdict=say("reminder_verdict_today", len(nearest)) if left == 0 else say("reminder_verdict", left),
        to_do_title=say("to_do", day=speech.day(first)),
        to_do=tuple(_do(speech, one, providers, owed) for one in nearest),
        parts=(
            Entries(say("reminder_title"), days),
            Lines(say("reminder_help_title"), (say("gap_help"), say("gap_time"))),
        ),
        matters=tuple(one.deadline.matter for one in told),
        why=_why(speech, providers, owed),
        due_days=tuple(
            DueDay(one.due_on, f"{one.provider_code}.{one.dataset}.{one.period}", _named(speech, providers, one, owed))
            for one in owed
        ),
    )


def escalation_section(
    told: Sequence[Addressed], providers: Mapping[str, Provider], speech: Speech, clock: Clock
) -> Section:
    """What did not come, by provider: for those who deliver it, those who are asked to help, those told in copy."""
    say = speech.say
    owed = [one.deadline.owed for one in told]
    who = _who(speech, providers, owed)
    latest = max((clock.today - one.due_on).days for one in owed)
    is_owner = all(one.is_owner for one in told)
    is_copy = not is_owner and all(one.is_copy for one in told)
    files = say("files_not_received", len(owed))
    verdict = say("escalation_late", latest, files=files)
    entries = []
    asks = []
    by_provider = attrgetter("deadline.owed.provider_code")
    for code, group in groupby(sorted(told, key=by_provider), key=by_provider):
        every = list(group)
        lines = [_late_line(speech, one.deadline.owed, clock) for one in every]
        lines += dict.fromkeys(say(f"escalation_told_{one.asked_role}") for one in every if one.asked_role)
        entries.append(Entry(providers[code].name, tuple(lines)))
        if any(not one.is_copy and not one.is_owner for one in every):
            asks.append(say("do_ask", provider=providers[code].name))
    own = tuple(_do(speech, one.deadline.owed, providers, owed) for one in told if one.is_owner)
    to_do = (*own, *asks)
    how = (say("gap_help"), say("gap_time")) if own else ()
    return Section(
        kind=ESCALATION,
        who=who,
        name=_name(speech, providers, owed),
        caption=say("escalation_caption_copy" if is_copy else "escalation_caption"),
        tone="look" if is_copy else "act",
        subject=say("subject_of", who=who, verdict=verdict),
        verdict=say("escalation_verdict", len(owed)),
        to_do_title=say("to_do_now") if to_do else "",
        to_do=to_do or (say("escalation_copy"),),
        parts=(
            Entries(say("escalation_title"), tuple(entries)),
            # How to deliver is said to those who do.
            Lines(say("escalation_stops_title"), (say("escalation_stops"), *how)),
        ),
        matters=tuple(one.deadline.matter for one in told),
        why=_why(speech, providers, owed) if is_owner else say("why_escalation"),
    )


def _do(speech: Speech, one: Owed, providers: Mapping[str, Provider], every: Sequence[Owed]) -> str:
    """Deliver what is missing, or correct what was refused."""
    key = "do_deliver_again" if one.status == "rejected" else "do_deliver"
    return speech.say(key, slice=_named(speech, providers, one, every))


def _late_line(speech: Speech, one: Owed, clock: Clock) -> str:
    key = "escalation_rejected" if one.status == "rejected" else "escalation_missing"
    return speech.say(key, (clock.today - one.due_on).days, slice=speech.slice(one), date=one.due_on)


def _who(speech: Speech, providers: Mapping[str, Provider], owed: Sequence[Owed]) -> str:
    """Whom it is about, for the subject."""
    codes = sorted({one.provider_code for one in owed})
    if len(codes) == 1:
        return speech.short_name(providers[codes[0]])
    return speech.say("who_several", len(codes))


def _name(speech: Speech, providers: Mapping[str, Provider], owed: Sequence[Owed]) -> str:
    """Whom it is about, above the section."""
    codes = sorted({one.provider_code for one in owed})
    return providers[codes[0]].name if len(codes) == 1 else speech.say("who_several", len(codes))


def _named(speech: Speech, providers: Mapping[str, Provider], one: Owed, every: Sequence[Owed]) -> str:
    """A slice, with its provider where several are told of."""
    if len({other.provider_code for other in every}) == 1:
        return speech.slice(one)
    return speech.say("slice_of", provider=speech.short_name(providers[one.provider_code]), slice=speech.slice(one))


def _why(speech: Speech, providers: Mapping[str, Provider], owed: Sequence[Owed]) -> str:
    return speech.say("why", provider=_name(speech, providers, owed))
