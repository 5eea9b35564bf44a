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
class DatasetStatus:
    """The slices of one dataset and period by status; expected: all but the waived ones."""

    dataset: str
    period: str
    due_on: date
    expected: int
    on_time: int
    late: int
    confirmed_empty: int
    rejected: int
    not_received: int
    not_due: int
    waived: int

    @property
    def accepted(self) -> int:
        """Slices that came or are confirmed empty."""
        return self.on_time + self.late + self.confirmed_empty

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, dates in ISO form."""
        return asdict(self) | {"accepted": self.accepted, "due_on": self.due_on.isoformat()}


@dataclass(frozen=True)
class Reporting:
    """Slices past their due day, waived ones left out: how many, how many of them came, how many in time.

    Over the last slices of each provider and dataset that the window holds, or of one period.
    """

    expected: int
    accepted: int
    on_time: int


@dataclass(frozen=True)
class Silence:
    """A provider's dataset of which nothing was accepted for the last `missing` slices past due.

    since: due day of the first of them. last_period: the last one accepted; None: never any.
    """

    provider_code: str
    dataset: str
    missing: int
    since: date
    last_period: str | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, dates in ISO form."""
        return asdict(self) | {"since": self.since.isoformat()}


@dataclass(frozen=True)
class Unjudged:
    """Deliveries of one dataset that the next night judges: new ones, and ones whose surroundings changed."""

    dataset: str
    new: int
    again: int


@dataclass(frozen=True)
class Incident:
    """What is ours to mend: a failed night, a check that could not be run, a promise of the build that was broken."""

    what: str
    rule_code: str | None
    status: str
    occurrences: int


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


def run_that_finished(connection: psycopg.Connection, stage: str) -> dict[str, Any] | None:
    """The newest night whose `stage` came to its end: run_id and clock_date; None where none has."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select run_id, clock_date from ops.runs where stage_seconds ? %s order by run_id desc limit 1", (stage,)
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


def dataset_statuses(
    connection: psycopg.Connection, today: date, provider: str | None = None, period: str | None = None
) -> list[DatasetStatus]:
    """Of each dataset the period asked for, or else its latest one past due, by status."""
    asked = {"today": today, "provider": provider, "period": period}
    with connection.cursor(row_factory=class_row(DatasetStatus)) as cursor:
        return cursor.execute(sql.load(__file__, "dataset_statuses.sql"), asked).fetchall()


def reporting(
    connection: psycopg.Connection, today: date, window: int, provider: str | None = None, period: str | None = None
) -> Reporting:
    """The counts behind the reporting rate, of all providers or one, over `window` slices each or of one period."""
    asked = {"today": today, "window_periods": window, "provider": provider, "period": period}
    with connection.cursor(row_factory=class_row(Reporting)) as cursor:
        found = cursor.execute(sql.load(__file__, "reporting.sql"), asked).fetchone()
    assert found is not None
    return found


def silences(connection: psycopg.Connection, today: date, provider: str | None = None) -> list[Silence]:
    """Who is silent now, of which dataset: those silent longest first."""
    with connection.cursor(row_factory=class_row(Silence)) as cursor:
        return cursor.execute(sql.load(__file__, "silences.sql"), {"today": today, "provider": provider}).fetchall()


def unjudged(connection: psycopg.Connection, provider: str | None = None, period: str | None = None) -> list[Unjudged]:
    """What lies unjudged, by dataset."""
    with connection.cursor(row_factory=class_row(Unjudged)) as cursor:
        return cursor.execute(sql.load(__file__, "unjudged.sql"), {"provider": provider, "period": period}).fetchall()


def incidents(connection: psycopg.Connection) -> list[Incident]:
    """What is open for the operator, as `marts.mart_status` counts it."""
    with connection.cursor(row_factory=class_row(Incident)) as cursor:
        return cursor.execute(sql.load(__file__, "incidents.sql")).fetchall()


def without_contact(connection: psycopg.Connection, provider: str | None = None) -> list[str]:
    """Providers of whom something is expected and whom no mail reaches, by code."""
    rows = connection.execute(sql.load(__file__, "without_contact.sql"), {"provider": provider}).fetchall()
    return [str(row[0]) for row in rows]
