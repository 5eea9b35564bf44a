"""Lists of findings that came back with reasons: taken once each, in one transaction with the reasons they gave.

A list is no delivery: it replaces nothing, its rows are in no sum of rows. What became of each of its rows is kept as
counts and numbers of its own lines; the reasons stand in quality.reasons, the list itself is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from aim.ledger.deliveries import SPEAKING
from aim.warehouse import sql

TAKEN, REFUSED = "taken", "refused"
OUTCOMES = (
    "answered",
    "answered_before",
    "superseded",
    "blank",
    "not_asked",
    "not_a_question",
    "unknown_rule",
    "other_delivery",
    "unclear",
    "personal_code",
    "too_long",
)
"""What may become of a row of a list, as it is told: done, nothing to do, not done.

superseded: the file was replaced since, the reason holds for the same row in the one that replaced it. blank: without a
reason. unclear: it does not say which row.
"""
DONE = ("answered", "answered_before", "superseded")
QUIET = (*DONE, "blank")
"""Outcomes of which nothing is to be looked up in the list."""
_LINES_KEPT = 5


@dataclass(frozen=True)
class AnswerHead:
    """What is known of a list before it is read. digest: its bytes under our own key; received_at: aware."""

    channel: str
    file_name: str
    digest: str
    received_at: datetime
    provider_code: str
    dataset: str
    period: str
    delivery_id: int


@dataclass(frozen=True)
class CameBack:
    """A list as the ledger knows it. findings: explained by it in its delivery; elsewhere: in the provider's others.

    outcomes: outcome of its rows -> `rows`, how many, and `first`, the first of their lines. reason_code: why it was
    refused.
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
    def rows_not_taken(self) -> int:
        """Rows whose reason could not be taken: whoever wrote them is to look."""
        return rows_of(self.outcomes) - rows_of(self.outcomes, QUIET)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return vars(self) | {"received_at": self.received_at.isoformat(), "rows_not_taken": self.rows_not_taken}


List = TypeVar("List", bound=CameBack)


@dataclass
class Outcomes:
    """What became of the rows of a list: outcome -> lines of the list."""

    lines: dict[str, list[int]] = field(default_factory=dict)

    def add(self, outcome: str, line: int) -> None:
        """A row, by the number it has in the list."""
        self.lines.setdefault(outcome, []).append(line)

    def as_json(self) -> dict[str, Any]:
        """Outcome -> how many rows, and the first of their lines."""
        return {
            name: {"rows": len(self.lines[name]), "first": sorted(self.lines[name])[:_LINES_KEPT]}
            for name in OUTCOMES
            if name in self.lines
        }


def was_taken(connection: psycopg.Connection, head: AnswerHead) -> bool:
    """Whether this very file is in the ledger and is not known to have left the inbox since."""
    found = connection.execute(sql.load(__file__, "answer_taken.sql"), vars(head)).fetchone()
    return found is not None


def note_left_inbox(connection: psycopg.Connection, head: AnswerHead) -> None:
    """Say that the file taken lies in the inbox no more: met there again, it was sent again."""
    connection.execute(sql.load(__file__, "answer_left_inbox.sql"), vars(head))


def is_about(connection: psycopg.Connection, head: AnswerHead) -> str | None:
    """Why the delivery that the list names cannot be answered for; None where it can.

    unknown_delivery: there is none of that number, provider, dataset and period. gone: it was withdrawn or refused.
    """
    found = connection.execute(
        "select verdict from ops.deliveries"
        " where delivery_id = %s and provider_code = %s and dataset = %s and period = %s",
        (head.delivery_id, head.provider_code, head.dataset, head.period),
    ).fetchone()
    if found is None:
        return "unknown_delivery"
    return None if found[0] in (*SPEAKING, "superseded") else "gone"


def is_superseded(connection: psycopg.Connection, delivery_id: int) -> bool:
    """Whether a later delivery has taken the place of this one."""
    found = connection.execute(
        "select verdict = 'superseded' from ops.deliveries where delivery_id = %s", (delivery_id,)
    ).fetchone()
    return found is not None and bool(found[0])


def record_refused(connection: psycopg.Connection, head: AnswerHead, reason_code: str) -> int:
    """Write a list refused as a whole; returns its id. What in it is wrong is not kept: it may be a word of it."""
    return _insert(connection, head, REFUSED, reason_code)


def record_taken(connection: psycopg.Connection, head: AnswerHead) -> int:
    """Write a list that is being taken in this transaction; returns its id."""
    return _insert(connection, head, TAKEN, None)


def settle(
    connection: psycopg.Connection, answer_id: int, outcomes: Outcomes, findings: int, elsewhere: int
) -> Mapping[str, Any]:
    """Say what became of a list's rows; returns that as it is kept."""
    kept = outcomes.as_json()
    connection.execute(
        "update ops.answers set outcomes = %s, findings = %s, elsewhere = %s where answer_id = %s",
        (Jsonb(kept), findings, elsewhere, answer_id),
    )
    return kept


def rows_of(outcomes: Mapping[str, Any], names: Sequence[str] = OUTCOMES) -> int:
    """How many rows of a list came to one of these outcomes."""
    return sum(int(outcomes[name]["rows"]) for name in names if name in outcomes)


def came_back(
    connection: psycopg.Connection,
    shape: type[List],
    *,
    provider: str | None = None,
    period: str | None = None,
    since: datetime | None = None,
    answer_ids: Sequence[int] | None = None,
    most: int | None = None,
) -> list[List]:
    """Lists that came back, the newest first: all, or those of a provider, a period, since a moment, these alone."""
    asked = {"provider": provider, "period": period, "since": since, "answer_ids": answer_ids, "most": most}
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(sql.load(__file__, "came_back.sql"), asked).fetchall()


def _insert(connection: psycopg.Connection, head: AnswerHead, verdict: str, reason_code: str | None) -> int:
    found = connection.execute(
        sql.load(__file__, "insert_answer.sql"),
        vars(head) | {"verdict": verdict, "reason_code": reason_code},
    ).fetchone()
    assert found is not None
    return int(found[0])
