"""What the ledger answers people: how a night went, who delivered, who did not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from aim.warehouse import sql


@dataclass(frozen=True)
class VerdictCount:
    """Deliveries of one verdict, with their rows: received = loaded + quarantined + duplicate."""

    verdict: str
    deliveries: int
    rows_received: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int


@dataclass(frozen=True)
class ObligationCount:
    """Slices of one dataset, period and status."""

    dataset: str
    period: str
    due_on: date
    status: str
    slices: int


@dataclass(frozen=True)
class SliceStatus:
    """One expected slice and the delivery that was last made of it."""

    provider_code: str
    dataset: str
    period: str
    due_on: date
    status: str
    delivery_id: int | None
    verdict: str | None
    reason_code: str | None
    rows_received: int | None
    rows_loaded: int | None
    rows_quarantined: int | None
    rows_duplicate: int | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, dates in ISO form."""
        return asdict(self) | {"due_on": self.due_on.isoformat()}


def verdicts_of_night(connection: psycopg.Connection, run_id: int) -> list[VerdictCount]:
    """The deliveries taken or judged in a night, one row a verdict."""
    with connection.cursor(row_factory=class_row(VerdictCount)) as cursor:
        return cursor.execute(sql.load(__file__, "verdicts_of_night.sql"), {"run_id": run_id}).fetchall()


def latest_run(connection: psycopg.Connection) -> dict[str, Any] | None:
    """The newest night: run_id, clock_date, status, stage_seconds, summary; None before the first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select run_id, clock_date, status, started_at, finished_at, stage_seconds, summary"
            " from ops.runs order by run_id desc limit 1"
        ).fetchone()


def obligation_counts(
    connection: psycopg.Connection, provider: str | None = None, period: str | None = None
) -> list[ObligationCount]:
    """Expected slices counted by dataset, period and status, oldest period first."""
    with connection.cursor(row_factory=class_row(ObligationCount)) as cursor:
        return cursor.execute(
            sql.load(__file__, "obligation_counts.sql"), {"provider": provider, "period": period}
        ).fetchall()


def slices(connection: psycopg.Connection, provider: str | None = None, period: str | None = None) -> list[SliceStatus]:
    """The expected slices of a provider, a period or both, one row a slice."""
    with connection.cursor(row_factory=class_row(SliceStatus)) as cursor:
        return cursor.execute(
            sql.load(__file__, "slice_status.sql"), {"provider": provider, "period": period}
        ).fetchall()
