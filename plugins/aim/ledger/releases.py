"""Release rounds: what was published, on which night, and whether the month's revision has been held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import psycopg
from psycopg.rows import class_row

from aim.warehouse import sql

RoundKind = Literal["first", "revision"]
PeriodKey = tuple[str, str, date]
"""Indicator code, grain, first day of the period."""

_ONE_AT_A_TIME = 7_246_018_319
"""Key of the advisory lock; any number nobody else uses."""


@dataclass(frozen=True)
class Released:
    """What the rounds of one night published. values_*: values of `marts` said for the first time, and said anew."""

    kinds: tuple[str, ...]
    release_ids: tuple[int, ...]
    indicator_periods: int
    values_new: int
    values_changed: int


@dataclass(frozen=True)
class Attacked:
    """How what is attacked together in one calendar year came out of the attack before a round.

    Counts of numbers other than zero that the publication plan has; counted leaves sums of differences out. seconds:
    that hiding and attacking it took. questions: what was asked, a digest each (aim.publish.proof).
    """

    attacked_with: str
    attacked_year: int
    cells: int
    cells_to_protect: int
    cells_hidden: int
    counted: float
    counted_hidden: float
    breaches: int
    seconds: float
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Hiding:
    """What hiding cost where a night published. attacked: groups of indicators and years, held back or not.

    cells: numbers other than zero that are published of them, hidden ones included. counted: their sum, sums of
    differences left out.
    """

    attacked: int
    cells: int
    cells_hidden: int
    counted: float
    counted_hidden: float


def take_turn(connection: psycopg.Connection) -> None:
    """Wait until no other transaction releases; holds to the end of this one."""
    connection.execute("select pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))


def last_instant(connection: psycopg.Connection) -> datetime | None:
    """The instant of the latest round; None before the first."""
    found = connection.execute("select max(released_at) from ops.releases").fetchone()
    return None if found is None else found[0]


def released_periods(connection: psycopg.Connection) -> set[PeriodKey]:
    """Every period that was ever released."""
    rows = connection.execute("select indicator_code, period_grain, period_start from ops.released_periods")
    return {(row[0], row[1], row[2]) for row in rows}


def revision_was_held(connection: psycopg.Connection, today: date) -> bool:
    """Whether the month of `today` has had its revision round, by the clock of the nights."""
    return (
        connection.execute(
            "select from ops.releases"
            " where kind = 'revision' and date_trunc('month', clock_date) = date_trunc('month', %s::date)",
            (today,),
        ).fetchone()
        is not None
    )


def open_round(
    connection: psycopg.Connection, run_id: int, kind: RoundKind, clock_date: date, instant: datetime
) -> int:
    """Write a round before its values, which name it; returns its id. A revision is held even if it finds nothing."""
    found = connection.execute(
        "insert into ops.releases"
        " (run_id, kind, clock_date, released_at, indicator_periods, values_new, values_changed)"
        " values (%s, %s, %s, %s, 0, 0, 0) returning release_id",
        (run_id, kind, clock_date, instant),
    ).fetchone()
    assert found is not None
    return int(found[0])


def close_round(
    connection: psycopg.Connection,
    release_id: int,
    periods: Iterable[PeriodKey],
    values_new: int,
    values_changed: int,
) -> None:
    """Write which periods the round published (again), and how many values it said for the first time or anew."""
    keys = list(periods)
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.load(__file__, "note_released_period.sql"),
            [
                {"indicator_code": code, "period_grain": grain, "period_start": start, "release_id": release_id}
                for code, grain, start in keys
            ],
        )
    connection.execute(
        "update ops.releases set indicator_periods = %s, values_new = %s, values_changed = %s where release_id = %s",
        (len(keys), values_new, values_changed, release_id),
    )


def note_attack(connection: psycopg.Connection, release_id: int, attacked: Attacked, method: str) -> None:
    """Write how a group came out of the attack; where it found nothing, what was asked is proved.

    method: how it was hidden and attacked (aim.publish.proof).
    """
    noted = {"release_id": release_id, "method": method, **vars(attacked)}
    connection.execute(sql.load(__file__, "note_attack.sql"), noted)
    if not attacked.breaches:
        connection.execute(
            "insert into ops.proofs (question, release_id) select unnest(%s::text[]), %s on conflict do nothing",
            (list(attacked.questions), release_id),
        )


def proved(connection: psycopg.Connection, questions: Iterable[str]) -> set[str]:
    """Of `questions` those that an attack before a round answered: it found nothing."""
    rows = connection.execute("select question from ops.proofs where question = any(%s)", (list(questions),))
    return {question for (question,) in rows}


def held_back(connection: psycopg.Connection, release_ids: Iterable[int]) -> tuple[str, ...]:
    """Groups and years that the attack before these rounds kept from being released, as `pairs 2018`."""
    rows = connection.execute(
        "select attacked_with, attacked_year from ops.attacks where release_id = any(%s) and breaches > 0"
        " order by attacked_with, attacked_year",
        (list(release_ids),),
    )
    return tuple(f"{group} {year}" for group, year in rows)


def hiding(connection: psycopg.Connection, release_ids: Iterable[int]) -> Hiding:
    """What hiding cost in these rounds together, of each group and year as the last of them left it."""
    with connection.cursor(row_factory=class_row(Hiding)) as cursor:
        found = cursor.execute(sql.load(__file__, "hiding.sql"), {"release_ids": list(release_ids)}).fetchone()
    assert found is not None
    return found


def of_run(connection: psycopg.Connection, run_id: int) -> Released:
    """What a night published, all its rounds together, a killed attempt's included."""
    rows = connection.execute(
        "select kind, release_id, indicator_periods, values_new, values_changed from ops.releases"
        " where run_id = %s order by release_id",
        (run_id,),
    ).fetchall()
    return Released(
        kinds=tuple(row[0] for row in rows),
        release_ids=tuple(row[1] for row in rows),
        indicator_periods=sum(row[2] for row in rows),
        values_new=sum(row[3] for row in rows),
        values_changed=sum(row[4] for row in rows),
    )
