"""Which lists of findings came back with reasons, and what is left to ask once they are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

import psycopg

from aim.clock import VILNIUS, Clock
from aim.contracts.load import Contracts
from aim.contracts.reference import Reference
from aim.contracts.registry import Provider
from aim.ledger import mails
from aim.ledger.mails import Matter
from aim.reports.changes import Changes, Counts, changes_since, counts_of
from aim.reports.due_days import Upcoming, days, upcoming
from aim.reports.findings import DeliveryTold, Findings, findings_of, read

KIND = "answer-receipt"


@dataclass(frozen=True)
class Answer:
    """A list that came back. findings: explained by it in the delivery, elsewhere: in other files of the provider.

    outcomes: outcome of its rows -> `rows`, how many, and `first`, the first of their lines.
    """

    answer_id: int
    provider_code: str
    dataset: str
    period: str
    delivery_id: int
    file_name: str
    received_at: datetime
    verdict: str
    reason_code: str | None
    findings: int
    elsewhere: int
    outcomes: Mapping[str, Any]

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
    return read(connection, Answer, "answers.sql", {"since": came_since, "answer_ids": []})


def answers_of(connection: psycopg.Connection[Any], answer_ids: Sequence[int]) -> list[Answer]:
    """These lists, oldest first."""
    return read(connection, Answer, "answers.sql", {"since": None, "answer_ids": list(answer_ids)})


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
