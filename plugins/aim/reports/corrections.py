"""Which questions about accepted files were not asked yet: those that arose after the file was acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import psycopg

from aim.clock import VILNIUS, Clock
from aim.contracts.load import Contracts
from aim.contracts.models import Severity
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger.mails import Matter
from aim.reports.due_days import days, upcoming
from aim.reports.error_list import error_lists
from aim.reports.findings import DeliveryTold, Finding, findings_of, read
from aim.reports.findings_told import queries_deck
from aim.reports.letter import Entries, Entry, Section
from aim.reports.speech import Speech, moment

KIND = "correction-request"


@dataclass(frozen=True)
class Asked:
    """A rule asks something of a delivery."""

    delivery_id: int
    provider_code: str
    dataset: str
    period: str
    rule_code: str

    @property
    def matter(self) -> Matter:
        """What is asked once: the rule's question about the delivery."""
        return Matter(KIND, self.provider_code, self.period, f"{self.delivery_id} {self.rule_code}")


def open_questions(
    connection: psycopg.Connection[Any], contracts: Contracts, reference: Reference, clock: Clock
) -> list[Asked]:
    """Every open question of the days that mails look back on, whether asked already or not."""
    rules = [
        rule.code
        for rule_set in contracts.rule_sets.values()
        for rule in rule_set.rules
        if rule.severity is Severity.QUERY and rule.responsibility == "provider"
    ]
    since = clock.today - days(reference, "mail_history_days", clock)
    asked = {"rules": rules, "since": datetime.combine(since, time.min, VILNIUS)}
    return read(connection, Asked, "corrections_due.sql", asked)


def correction_section(
    connection: psycopg.Connection[Any],
    provider: Provider,
    asked: Sequence[Asked],
    speech: Speech,
    clock: Clock,
) -> Section | None:
    """The questions in words; None where each is about a row that is out anyway."""
    rules = {(one.delivery_id, one.rule_code) for one in asked}
    ids = sorted({one.delivery_id for one in asked})
    deliveries = read(connection, DeliveryTold, "deliveries_by_id.sql", {"delivery_ids": ids})
    queries: list[Finding] = [
        one
        for one in findings_of(connection, speech.contracts, deliveries).queries
        if (one.delivery.delivery_id, one.rule.code) in rules
    ]
    if not queries:
        return None
    say = speech.say
    mend_by = upcoming(connection, speech.reference, provider.code, clock).mend_by
    who = speech.short_name(provider)
    files = [one for one in deliveries if any(query.delivery is one for query in queries)]
    verdict = say("subject_by", what=say("subject_questions", len(queries)), date=mend_by)
    deck = queries_deck(speech, queries)
    assert deck is not None
    return Section(
        kind=KIND,
        who=who,
        name=provider.name,
        caption=say("correction_caption"),
        tone="look",
        subject=say("subject_of", who=who, verdict=verdict),
        verdict=say("correction_verdict", len(queries)),
        to_do_title=say("to_do", day=speech.day(mend_by)),
        to_do=(say("do_correct_or_answer", len(queries)),),
        parts=(
            Entries(
                say("correction_files", len(files)),
                tuple(
                    Entry(speech.slice(one), (say("file_received", file=one.file_name, when=moment(one.received_at)),))
                    for one in files
                ),
            ),
            deck,
        ),
        matters=tuple(one.matter for one in asked),
        why=say("why", provider=provider.name),
        attachments=error_lists(speech, queries),
    )
