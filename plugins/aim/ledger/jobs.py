"""What runs by itself beside the night: since when it is expected to, its runs, and those that did not take place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from aim.warehouse import sql

NIGHT = "nightly"
"""The job whose runs are `ops.runs`."""


@dataclass(frozen=True)
class Slot:
    """A run as the schedule expects it. One that begins before `until` counts as it."""

    job: str
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Unfinished:
    """A night or a job's run that says it is running. place: machine and state folder; None: not noted."""

    job: str
    run_id: int
    place: str | None
    started_at: datetime


@dataclass(frozen=True)
class Waiting:
    """Deliveries that came before a moment and are not judged yet. since: when the first of them was taken."""

    deliveries: int
    since: datetime | None


def put_in_force(connection: psycopg.Connection[Any], jobs: Collection[str]) -> None:
    """Expect exactly these jobs to run by themselves; one that was expected before keeps its day."""
    connection.execute("delete from ops.schedules where job <> all(%s)", (list(jobs),))
    connection.cursor().executemany(
        "insert into ops.schedules (job) values (%s) on conflict (job) do nothing", [(job,) for job in sorted(jobs)]
    )


def in_force(connection: psycopg.Connection[Any]) -> dict[str, datetime]:
    """The jobs expected to run by themselves, and since when."""
    rows = connection.execute("select job, in_force_since from ops.schedules order by job").fetchall()
    return {str(row[0]): row[1] for row in rows}


def open_job(connection: psycopg.Connection[Any], job: str, place: str) -> int:
    """Begin a run of a job; one left running by a kill is closed as failed. Returns its id."""
    connection.execute("update ops.job_runs set status = 'failed' where job = %s and status = 'running'", (job,))
    found = connection.execute(
        "insert into ops.job_runs (job, place) values (%s, %s) returning job_run_id", (job, place)
    ).fetchone()
    assert found is not None
    return int(found[0])


def close_job(connection: psycopg.Connection[Any], job_run_id: int, status: str, summary: dict[str, Any]) -> None:
    """End a run of a job as `succeeded` or `failed`, with what it did (counts)."""
    connection.execute(
        "update ops.job_runs set status = %s, finished_at = now(), summary = %s where job_run_id = %s",
        (status, Jsonb(summary), job_run_id),
    )


def skipped(connection: psycopg.Connection[Any], slots: Sequence[Slot]) -> list[Slot]:
    """Those of the slots in which nothing ran, in their order."""
    with connection.cursor(row_factory=class_row(Slot)) as cursor:
        return cursor.execute(
            sql.load(__file__, "skipped_slots.sql"),
            {
                "jobs": [slot.job for slot in slots],
                "ats": [slot.at for slot in slots],
                "untils": [slot.until for slot in slots],
                "night": NIGHT,
            },
        ).fetchall()


def unfinished(connection: psycopg.Connection[Any]) -> list[Unfinished]:
    """Every run, of the night and of jobs, that has not come to its end."""
    with connection.cursor(row_factory=class_row(Unfinished)) as cursor:
        return cursor.execute(sql.load(__file__, "unfinished_runs.sql"), {"night": NIGHT}).fetchall()


def waiting(connection: psycopg.Connection[Any], before: datetime) -> Waiting:
    """What was taken before that moment and never judged."""
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        found = cursor.execute(
            "select count(*) as deliveries, min(taken_at) as since from ops.deliveries"
            " where verdict = 'received' and taken_at < %s",
            (before,),
        ).fetchone()
    assert found is not None
    return found
