"""What was published of a number, and which deliveries changed since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import psycopg
from psycopg.rows import class_row

from aim.contracts.calendar import Period
from aim.explain.definition import Definition
from aim.explain.number import TOTAL, PeriodName
from aim.explain.territories import Territory
from aim.warehouse import sql

SliceKey = tuple[str, str, str]
"""Provider, dataset, period."""


@dataclass(frozen=True)
class Saying:
    """What a release round said of the number, unsuppressed, and how long it stood; known_to None: it stands."""

    release_id: int
    kind: str
    clock_date: date
    known_from: datetime
    known_to: datetime | None
    definition_version: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    unit: str
    coverage_pct: Decimal | None
    obs_status: str


@dataclass(frozen=True)
class Change:
    """A slice for which another delivery speaks than did when the number was last published.

    came: none spoke then; replaced: another did; gone: none speaks now; judged_again: the same, other rows may be in.
    verdict: the delivery's now, of the one that went where none speaks.
    """

    what: Literal["came", "replaced", "gone", "judged_again"]
    provider_code: str
    provider_name: str | None
    dataset: str
    period: str
    delivery_then: int | None
    delivery_now: int | None
    file_name: str | None
    verdict: str
    received_at: datetime
    rows_loaded: int | None

    @property
    def key(self) -> SliceKey:
        """The slice."""
        return self.provider_code, self.dataset, self.period


def history(
    connection: psycopg.Connection, definition: Definition, period: PeriodName, territory: Territory
) -> list[Saying]:
    """Everything published of the total, the oldest first; empty where it never was."""
    asked = {
        "indicator": definition.indicator_code,
        "measure": definition.measure,
        "grain": period.grain,
        "start": period.start,
        "territory": territory.code,
        "breakdown": TOTAL,
    }
    with connection.cursor(row_factory=class_row(Saying)) as cursor:
        return cursor.execute(sql.load(__file__, "history.sql"), asked).fetchall()


def last_compared_run(connection: psycopg.Connection, last: Saying) -> int:
    """The night of the round that last said the number, or found it still true: each revision looks at all."""
    found = connection.execute(
        "select run_id from ops.releases where release_id = %(last)s or (kind = 'revision' and release_id > %(last)s)"
        " order by release_id desc limit 1",
        {"last": last.release_id},
    ).fetchone()
    assert found is not None
    return int(found[0])


def changes(connection: psycopg.Connection, run_then: int, run_now: int, datasets: Sequence[str]) -> list[Change]:
    """The slices of these datasets, of any period and provider, for which another judgement speaks in `run_now`.

    The pins of nights that released are kept for good. Those that came latest first.
    """
    asked = {"run_then": run_then, "run_now": run_now, "datasets": list(datasets)}
    with connection.cursor(row_factory=class_row(Change)) as cursor:
        return cursor.execute(sql.load(__file__, "changes.sql"), asked).fetchall()


def split(found: Sequence[Change], behind: Collection[SliceKey]) -> tuple[list[Change], int]:
    """The changes of slices behind the number, and how many there are of others."""
    own = [one for one in found if one.key in behind]
    return own, len(found) - len(own)


def next_revision(today: date, day_of_month: int, *, was_held: bool) -> date:
    """The first night of the next revision round, seen after the night of `today`."""
    this_month = Period.parse(f"{today:%Y-%m}")
    if not was_held:
        return max(today, _day_in(this_month, day_of_month))
    return _day_in(this_month.next(), day_of_month)


def _day_in(month: Period, day: int) -> date:
    return month.start.replace(day=min(day, month.end.day))
