"""Which lists of findings came back with reasons, and what is left to ask once they are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

import psycopg

from aim.clock import VILNIUS, Clock
from aim.contracts.load import Contracts
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger import mails
from aim.ledger.answers import CameBack, came_back
from aim.ledger.mails import Matter
from aim.reports.changes import Changes, Counts, changes_since, counts_of
from aim.reports.due_days import Upcoming, days, upcoming
from aim.reports.findings import DeliveryTold, Findings, findings_of, read

KIND = "answer-receipt"


class Answer(CameBack):
    """A list that came back, as letters acknowledge it."""

    @property
    def matter(self) -> Matter:
        """What is acknowledged once: the list."""
        return Matter(KIND, self.provider_code, self.period, str(self.answer_id))


@dataclass(frozen=True)
class AnswersTold:
    """Lists of one provider acknowledged together, and how the slices they are about stand by now."""

    provider: Provider
    answers: tuple[Answer, ...]
    deliveries: tuple[DeliveryTold, ...]
    findings: Findings
    upcoming: Upcoming
    changes: Changes | None
    counts: Counts


def answers_come(connection: psycopg.Connection[Any], reference: Reference, clock: Clock) -> list[Answer]:
    """Lists that came in the days that mails look back on, oldest first, whether acknowledged already or not."""
    since = clock.today - days(reference, "mail_history_days", clock)
    came_since = datetime.combine(since, time.min, VILNIUS)
    return came_back(connection, Answer, since=came_since)[::-1]


def answers_of(connection: psycopg.Connection[Any], answer_ids: Sequence[int]) -> list[Answer]:
    """These lists, oldest first."""
    return came_back(connection, Answer, answer_ids=list(answer_ids))[::-1]


def answers_told(
    connection: psycopg.Connection[Any],
    contracts: Contracts,
    reference: Reference,
    provider: Provider,
    answers: Sequence[Answer],
    clock: Clock,
) -> AnswersTold:
    """What there is to tell the provider about these lists of his."""
    slices = sorted({f"{one.dataset} {one.period}" for one in answers if one.reason_code != "unknown_delivery"})
    asked = {"provider_code": provider.code, "slices": slices}
    deliveries = [one for one in read(connection, DeliveryTold, "deliveries_standing.sql", asked) if one.is_accepted]
    findings = findings_of(connection, contracts, deliveries)
    # Of errors the file's own receipt tells: here it is about what was asked.
    questions = tuple(replace(one, rows_to_fix=0) for one in findings.mending)
    counts = counts_of(deliveries, findings)
    told = mails.last_told(connection, provider.code, clock.today)
    return AnswersTold(
        provider=provider,
        answers=tuple(answers),
        deliveries=tuple(deliveries),
        findings=replace(findings, mending=questions),
        upcoming=upcoming(connection, reference, provider.code, clock),
        changes=changes_since(connection, contracts, provider.code, told, counts, elsewhere=False),
        counts=counts,
    )
