"""The release of a night: what is due, in one transaction into `core.indicator_values` and `marts.indicator_values`.

A period is released once, on the first night after its last due day and the grace; released periods are revised in
one round a month. In between nothing is refreshed: yesterday's county total against today's would lay one
municipality open. A round that is killed leaves nothing; run again, it says the same. Nothing said is lost: a value
that is another now, or is computed no more, is ended and not changed, and `marts.as_published(day)` tells what stood.

Before it is said all of it is attacked, together with all that was said before (aim.publish.protection). Where somebody
could work out what had to be hidden, that group of indicators stays as it was released last, and the night fails at its
end: the pattern of hidden numbers is ours to mend. What nothing is new of since it came out safe is left standing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql as compose
from psycopg.rows import class_row

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.models import Grain
from aim.contracts.reference import Reference
from aim.ledger import releases
from aim.ledger.releases import PeriodKey, RoundKind
from aim.publish.due import ComputedPeriod, may_be_released
from aim.publish.frozen import may_be_revised
from aim.publish.protection import method_now, protect
from aim.publish.roles import MAINTAIN_SINCE
from aim.warehouse import sql
from aim.warehouse.connect import Warehouse

_COMPARED = (
    "numerator",
    "denominator",
    "value",
    "unit",
    "coverage_pct",
    "obs_status",
    "definition_version",
)


class NothingBuiltError(RuntimeError):
    """There are released periods but no computed value at all: the build went wrong, nothing is touched."""


@dataclass(frozen=True)
class ReleaseResult:
    """What a night published in `marts`; `kind` is none, first, revision, or both.

    hidden: values published as `C`. attacked: groups of indicators and years. cells, counted: the numbers of those
    released, and their sum; cells_hidden, counted_hidden: of that hidden. held_back: groups and years that an attack
    kept from being released.
    """

    kind: str
    periods: int
    new: int
    changed: int
    hidden: int
    attacked: int = 0
    cells: int = 0
    cells_hidden: int = 0
    counted: float = 0.0
    counted_hidden: float = 0.0
    held_back: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """The same as plain values."""
        return vars(self).copy()


@dataclass(frozen=True)
class _Copy:
    """One of the two tables of released values: where, from what, and what makes a value another."""

    published: compose.Identifier
    current: compose.Identifier
    compared: tuple[str, ...]

    def statement(self, name: str) -> compose.Composed:
        return sql.load(__file__, name).format(
            published=self.published,
            current=self.current,
            compared=_listed(self.compared),
            compared_computed=_listed(self.compared, "computed"),
            compared_published=_listed(self.compared, "published"),
        )


def _listed(columns: Iterable[str], table: str | None = None) -> compose.Composed:
    names = (compose.Identifier(column) if table is None else compose.Identifier(table, column) for column in columns)
    return compose.SQL(", ").join(names)


_CORE = _Copy(
    compose.Identifier("core", "indicator_values"), compose.Identifier("core", "indicator_current"), _COMPARED
)
_MARTS = _Copy(
    compose.Identifier("marts", "indicator_values"),
    compose.Identifier("pg_temp", "protected_values"),
    (*_COMPARED, "conf_status"),
)


def release_due(warehouse: Warehouse, run_id: int, clock: Clock, reference: Reference) -> ReleaseResult:
    """Publish what is due on the clock's night, in one transaction; told by run, so that a repeat tells the same.

    Raises NothingBuiltError where `core.indicator_current` is empty though periods have been released.
    """
    with warehouse.connect() as connection, connection.transaction():
        releases.take_turn(connection)
        computed = _computed_periods(connection)
        released = releases.released_periods(connection)
        if released and not computed:
            raise NothingBuiltError("core.indicator_current is empty: build the indicators before the release.")
        instant = _instant(connection, clock)
        threshold = reference.parameter("suppression_threshold", clock.today)
        rounds: list[tuple[RoundKind, set[PeriodKey]]] = []
        if clock.today.day >= reference.parameter("revision_day", clock.today) and not releases.revision_was_held(
            connection, clock.today
        ):
            revised = may_be_revised(connection, reference, released, clock.today)
            rounds.append(("revision", {key for key in revised if _end(key) < clock.today}))
        grace = int(reference.parameter("release_grace_working_days", clock.today))
        first = {
            _key(period)
            for period in computed
            if _key(period) not in released and may_be_released(period, clock.today, grace)
        }
        if first:
            rounds.append(("first", first))
        for kind, periods in rounds:
            release_id = releases.open_round(connection, run_id, kind, clock.today, instant)
            published, new, changed = _publish(connection, release_id, instant, periods, threshold)
            releases.close_round(connection, release_id, published, new, changed)
        if rounds:
            _count_anew(connection)
        return _result(connection, run_id)


def _key(period: ComputedPeriod) -> PeriodKey:
    return period.indicator_code, period.period_grain, period.period_start


def _end(key: PeriodKey) -> date:
    return Period.holding(key[2], Grain(key[1])).end


def _computed_periods(connection: psycopg.Connection) -> list[ComputedPeriod]:
    with connection.cursor(row_factory=class_row(ComputedPeriod)) as cursor:
        return cursor.execute(sql.load(__file__, "periods_computed.sql")).fetchall()


def _instant(connection: psycopg.Connection, clock: Clock) -> datetime:
    """The night's instant; just after the latest round where the clock was set back, for history runs forward only."""
    latest = releases.last_instant(connection)
    return clock.instant if latest is None else max(clock.instant, latest + timedelta(microseconds=1))


def _publish(
    connection: psycopg.Connection, release_id: int, instant: datetime, periods: set[PeriodKey], threshold: Decimal
) -> tuple[set[PeriodKey], int, int]:
    """Bring both tables up to the computed values of `periods`.

    Returns the periods of which something was said, and the values of `marts` that are new and that were ended.
    """
    # A round joins whole tables, most of them filled a moment ago: what the planner takes for a handful of rows are
    # hundreds of thousands: its loops and merges take minutes, its sorts a sixth longer. Hashing is right at any size.
    for way in ("enable_nestloop", "enable_mergejoin", "enable_sort"):
        connection.execute(compose.SQL("set local {} to off").format(compose.Identifier(way)))
    connection.execute(sql.load(__file__, "round_table.sql"))
    with connection.cursor() as cursor:
        with cursor.copy("copy periods_in_round (indicator_code, period_grain, period_start) from stdin") as copy:
            for period in sorted(periods):
                copy.write_row(period)
        cursor.execute("analyze periods_in_round")
    method = method_now(connection, float(threshold))
    connection.execute(_CORE.statement("leave_standing.sql"), {"method": method})
    for attacked in protect(connection, float(threshold)):
        releases.note_attack(connection, release_id, attacked, method)
        if attacked.breaches:
            connection.execute(
                sql.load(__file__, "hold_back.sql"),
                {"attacked_with": attacked.attacked_with, "attacked_year": attacked.attacked_year},
            )
    values = {"release_id": release_id, "instant": instant}
    _bring_up(connection, _CORE, values)
    new, changed = _bring_up(connection, _MARTS, values)
    touched = connection.execute(sql.load(__file__, "periods_touched.sql"), values).fetchall()
    return {(row[0], row[1], row[2]) for row in touched}, new, changed


def _bring_up(connection: psycopg.Connection, copied: _Copy, values: dict[str, Any]) -> tuple[int, int]:
    """Make the open rows of one table say what is computed; returns the values never said before and those ended."""
    changed = connection.execute(copied.statement("close_changed.sql"), values).rowcount
    opened = connection.execute(copied.statement("open_current.sql"), values).fetchone()
    return (int(opened[0]) if opened else 0), changed


def _count_anew(connection: psycopg.Connection) -> None:
    """Let readers' queries be planned by what is there now; a server too old for it comes to it by itself, later."""
    if connection.info.server_version >= MAINTAIN_SINCE:
        for copied in (_CORE, _MARTS):
            connection.execute(compose.SQL("analyze {}").format(copied.published))


def _result(connection: psycopg.Connection, run_id: int) -> ReleaseResult:
    told = releases.of_run(connection, run_id)
    hidden = connection.execute(
        "select count(*) from marts.indicator_values where conf_status = 'C' and released_in = any(%s)",
        (list(told.release_ids),),
    ).fetchone()
    return ReleaseResult(
        kind="both" if len(set(told.kinds)) == 2 else next(iter(told.kinds), "none"),
        periods=told.indicator_periods,
        new=told.values_new,
        changed=told.values_changed,
        hidden=int(hidden[0]) if hidden else 0,
        **asdict(releases.hiding(connection, told.release_ids)),
        held_back=releases.held_back(connection, told.release_ids),
    )
