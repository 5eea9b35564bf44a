"""Contacts that no mail reaches any more: a finding, of which the municipality's coordinator is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import psycopg

from aim.clock import VILNIUS, Clock
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger.mails import Matter
from aim.reports.due_days import days
from aim.reports.findings import read
from aim.reports.letter import Entries, Entry, Section
from aim.reports.speech import Speech

KIND = "contact-lost"


@dataclass(frozen=True)
class Lost:
    """A contact of a provider that bounced. has_other: somebody else of the provider is reached."""

    provider_code: str
    invalid_since: datetime
    has_other: bool

    @property
    def matter(self) -> Matter:
        """What is told once: the provider's contact lost on that day."""
        return Matter(KIND, self.provider_code, "", self.invalid_since.astimezone(VILNIUS).date().isoformat())


def lost_contacts(connection: psycopg.Connection[Any], reference: Reference, clock: Clock) -> list[Lost]:
    """Contacts lost in the days that mails look back on; one a provider and day."""
    since = min(clock.today, datetime.now(VILNIUS).date()) - days(reference, "mail_history_days", clock)
    return read(connection, Lost, "contacts_lost.sql", {"since": datetime.combine(since, time.min, VILNIUS)})


def lost_section(lost: Sequence[Lost], providers: Mapping[str, Provider], speech: Speech) -> Section:
    """Whose contact is lost, and what to do about it."""
    say = speech.say
    codes = list(dict.fromkeys(one.provider_code for one in lost))
    who = speech.short_name(providers[codes[0]]) if len(codes) == 1 else say("who_several", len(codes))
    verdict = say("lost_subject")
    return Section(
        kind=KIND,
        who=who,
        name=providers[codes[0]].name if len(codes) == 1 else who,
        caption=say("lost_caption"),
        tone="act",
        subject=say("subject_of", who=who, verdict=verdict),
        verdict=say("lost_verdict", len(codes)),
        to_do_title=say("to_do_now"),
        to_do=tuple(say("do_find_contact", provider=providers[code].name) for code in codes),
        parts=(
            Entries(
                say("lost_title"),
                tuple(
                    Entry(
                        providers[one.provider_code].name,
                        (
                            say("lost_since", date=one.invalid_since.astimezone(VILNIUS).date()),
                            say("lost_has_other" if one.has_other else "lost_nobody"),
                        ),
                    )
                    for one in lost
                ),
            ),
        ),
        matters=tuple(one.matter for one in lost),
        why=say("why_tbk"),
    )
