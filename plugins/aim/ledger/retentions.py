"""From which day on data is held: what ended before it is gone, and the ledger says so.

Counts, verdicts, results and obligations of a retired delivery stay as they were, for its slice did come and was as
good as it was. It is not judged again, for there is nothing left to judge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from aim.contracts.reference import Reference
from aim.ledger import erasures
from aim.warehouse import sql


@dataclass(frozen=True)
class Ended:
    """A delivery of a slice that ended before the day, or of none and received before it."""

    delivery_id: int
    dataset: str | None
    archive_name: str | None


def kept_for_good(reference: Reference) -> frozenset[str]:
    """Datasets that retention leaves alone: numbers of a whole population that others are set against."""
    columns, rows = reference.table("indicator_datasets")
    dataset, role = columns.index("dataset"), columns.index("role")
    return frozenset(row[dataset] for row in rows if row[role] == "denominator")


def in_force(connection: psycopg.Connection) -> date | None:
    """The day before which nothing is held; None where no retention was asked for."""
    found = connection.execute("select max(before_date) from ops.retentions").fetchone()
    return None if found is None else found[0]


def whole_from(connection: psycopg.Connection, months: int) -> date | None:
    """The day from which on even what reaches back so many months finds all it was counted from; None: every day."""
    found = connection.execute(
        "select (max(before_date) + make_interval(months => %s))::date from ops.retentions", (months,)
    ).fetchone()
    return None if found is None else found[0]


def begin(connection: psycopg.Connection, before: date) -> None:
    """From now on nothing that ended before this day is taken; what is held goes."""
    connection.execute("insert into ops.retentions (before_date) values (%s) on conflict do nothing", (before,))


def finish(connection: psycopg.Connection, before: date, counts: Mapping[str, int]) -> None:
    """All of it is gone; asked for again, the counts of both times are added up."""
    connection.execute(
        "update ops.retentions set finished_at = now(), counts = ops.added_up(counts, %s) where before_date = %s",
        (Jsonb(dict(counts)), before),
    )


def ended(connection: psycopg.Connection, before: date, kept_datasets: Collection[str]) -> list[Ended]:
    """What is to be retired, in order; datasets that are kept for good left out."""
    with connection.cursor(row_factory=class_row(Ended)) as cursor:
        return cursor.execute(
            sql.load(__file__, "ended_deliveries.sql"), {"before": before, "kept_datasets": list(kept_datasets)}
        ).fetchall()


def retire(connection: psycopg.Connection, deliveries: Collection[Ended]) -> None:
    """Write that rows and originals of these are gone. An original that another delivery shares stays for that one."""
    connection.execute(
        sql.load(__file__, "retire_deliveries.sql"), {"delivery_ids": [one.delivery_id for one in deliveries]}
    )
    erasures.doom(connection, {one.archive_name for one in deliveries if one.archive_name is not None})
