"""A night: opened, timed by stage, pinned to its deliveries, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from aim.clock import VILNIUS, Clock
from aim.contracts.registry import Provider
from aim.ledger.deliveries import await_judging
from aim.warehouse import sql


@dataclass(frozen=True)
class Run:
    """A night as its later steps need it."""

    run_id: int
    clock: Clock
    summary: dict[str, Any]
    stage_seconds: dict[str, float]


def open_run(connection: psycopg.Connection, clock: Clock, place: str | None = None) -> int:
    """Begin a night; one left running by a kill is closed as failed. Returns its id. place: whose Airflow runs it.

    Waits for a judging to end: who judges between nights asks first whether one runs, and is done before it begins.
    """
    await_judging(connection)
    connection.execute("update ops.runs set status = 'failed', finished_at = now() where status = 'running'")
    found = connection.execute(
        "insert into ops.runs (clock_date, instant, place) values (%s, %s, %s) returning run_id",
        (clock.today, clock.instant, place),
    ).fetchone()
    assert found is not None
    return int(found[0])


def read_run(connection: psycopg.Connection, run_id: int) -> Run:
    """The night of that id; LookupError where there is none."""
    found = connection.execute(
        "select clock_date, instant, summary, stage_seconds from ops.runs where run_id = %s", (run_id,)
    ).fetchone()
    if found is None:
        raise LookupError(f"There is no run {run_id}.")
    clock_date: date = found[0]
    instant: datetime = found[1]
    return Run(run_id, Clock(clock_date, instant.astimezone(VILNIUS)), found[2], found[3])


def last_night(connection: psycopg.Connection) -> Run | None:
    """The newest night; None before the first."""
    found = connection.execute("select max(run_id) from ops.runs").fetchone()
    return None if found is None or found[0] is None else read_run(connection, found[0])


def a_night_runs(connection: psycopg.Connection) -> bool:
    """Whether a night is on its way; one that was killed counts until the next one begins."""
    return connection.execute("select from ops.runs where status = 'running'").fetchone() is not None


def note_stage(connection: psycopg.Connection, run_id: int, stage: str, seconds: float, result: dict[str, Any]) -> None:
    """Write a stage's duration (seconds) and what came of it into the night's summary; a retry overwrites."""
    connection.execute(
        "update ops.runs set stage_seconds = stage_seconds || %s, summary = summary || %s where run_id = %s",
        (Jsonb({stage: round(seconds, 2)}), Jsonb({stage: result}), run_id),
    )


def pin(
    connection: psycopg.Connection, run_id: int, nights_kept: int, providers: Mapping[str, Provider] | None = None
) -> int:
    """Fix the deliveries that speak in this night; what comes later waits for the next. Returns the slices pinned.

    What a provider in test has delivered is left out: no model reads it.
    Pins of older nights are kept while they stand behind a release, and for the last `nights_kept` nights.
    """
    connection.execute("delete from ops.run_slices where run_id = %s", (run_id,))
    in_test = [code for code, provider in (providers or {}).items() if provider.is_in_test]
    pinned = connection.execute(sql.load(__file__, "pin_run.sql"), {"run_id": run_id, "in_test": in_test}).rowcount
    connection.execute(sql.load(__file__, "forget_old_pins.sql"), {"run_id": run_id, "nights": nights_kept})
    # Every staging model reads through it: unknown, it is planned as one row.
    connection.execute("analyze ops.run_slices")
    return pinned


def close_run(connection: psycopg.Connection, run_id: int, status: str) -> None:
    """End a night as `succeeded` or `failed`."""
    connection.execute("update ops.runs set status = %s, finished_at = now() where run_id = %s", (status, run_id))
