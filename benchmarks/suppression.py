"""What does hiding small numbers cost readers, against the usual way of it, and does it keep them hidden?

    python benchmarks/suppression.py [--group S10 ...] [--year 2018] [--month 2018-10-01 | --as-in-the-design]
        [--quantity children_attending ...]

Takes what a night computed (AIM_HOME, or AIM_WAREHOUSE; nothing is changed in it) as one first release of a year, or of
one month of it, group by group: how many numbers are small, how many are hidden in the end, which share of all that is
counted they are, how long it took; and the same of the naive pattern: in each sum with one hidden number the next
smallest is hidden too. Both are attacked by an outsider and each municipality.
--as-in-the-design: of a year the months' totals and the yearly breakdowns alone, the release for which the design names
its 30 seconds; the naive pattern is left out then. --quantity: with it, only these quantities of a group (one indicator
of several that are attacked together); no other is known to anybody.
Fails where our pattern leaves a number to be worked out, or the naive one none.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import psycopg

from aim.contracts.reference import read_reference
from aim.publish import protection
from aim.publish.attack import attack
from aim.publish.unknowns import Flags, Unknowns, hidden_at_first
from aim.settings import Settings
from aim.warehouse import sql
from aim.warehouse.connect import warehouse

ROUND = """
insert into periods_in_round
select distinct
    computed.indicator_code,
    computed.period_grain,
    computed.period_start
from core.indicator_current as computed
inner join reference.protected_quantities as named on computed.indicator_code = named.indicator_code
where
    named.attacked_with = %(group)s
    and extract(year from computed.period_start) = %(year)s
    and (%(month)s::date is null or (computed.period_grain = 'month' and computed.period_start = %(month)s))
"""


def naive(system: Unknowns, hidden: Flags) -> Flags:
    """Where one number of a sum is hidden, its smallest other part is hidden too, until no sum is left with one."""
    hidden = hidden.copy()
    rows = system.binding.tocsr()
    sums = [
        (rows.indices[first:last], rows.data[first:last])
        for first, last, is_sum in zip(rows.indptr[:-1], rows.indptr[1:], system.row_is_equal, strict=True)
        if is_sum
    ]
    changed = True
    while changed:
        changed = False
        for places, coefficients in sums:
            if hidden[places].sum() != 1:
                continue
            left = places[(coefficients > 0) & ~hidden[places] & system.may_hide[places]]
            if left.size:
                hidden[left[np.argmin(system.number[left])]] = changed = True
    return hidden


def systems(
    connection: psycopg.Connection, group: str, year: int, month: date | None, threshold: float
) -> dict[protection.Group, protection.System]:
    """The systems of one group, by group and year, as one first release: former releases are left aside."""
    connection.execute(sql.load(protection.__file__, "round_table.sql"))
    connection.execute(ROUND, {"group": group, "year": year, "month": month})
    connection.execute("analyze periods_in_round")
    connection.execute("delete from core.indicator_values")
    return protection.round_systems(connection, threshold)


def as_in_the_design(system: protection.System, quantities: list[str] | None) -> protection.System:
    """Months' totals, the year with its breakdowns, and of a stock all of the year's last day.

    Totals of quarters and half-years, by which months add up to their year, are there and never told. All else is
    known to nobody; a sum with such a part says nothing. quantities: of a group these alone; None: all.
    """
    values, whole = system
    grain, day = (pl.col("cell_period").str.split(" ").list.get(place) for place in (0, 1))
    is_total, is_stock = pl.col("cell_breakdown") == "total", grain == "at"
    is_last = is_stock & (day == day.filter(is_stock).max())
    is_of_it = pl.lit(value=True) if quantities is None else pl.col("quantity").is_in(quantities)
    is_told, is_between = values.select(
        told=is_of_it
        & ((grain == "year") | ((is_stock | (grain == "month")) & is_total) | is_last.fill_null(value=False)),
        between=is_of_it & grain.is_in(["quarter", "half_year"]) & is_total,
    )
    kept = np.flatnonzero((is_told | is_between).to_numpy())
    beside = np.ones(whole.size)
    beside[kept] = 0
    rows = np.flatnonzero(abs(whole.binding) @ beside == 0)
    between = is_between.to_numpy()[kept]
    lowest = np.where(values["is_signed"].to_numpy()[kept], -np.inf, np.minimum(-whole.number[kept], 0.0))
    narrowed = replace(
        whole,
        **{name: getattr(whole, name)[kept] for name in ("number", "owner", "region", "cost", "step", "stage")},
        least=np.where(between, lowest, whole.least[kept]),
        to_protect=whole.to_protect[kept] & ~between,
        may_hide=whole.may_hide[kept] & ~between,
        binding=whole.binding[rows][:, kept],
        **{name: getattr(whole, name)[rows] for name in ("row_least", "row_is_equal", "row_kind")},
    )
    # What is in no round is hidden from the start, and counts for nothing.
    return values[kept].with_columns(is_planned=pl.col("is_planned") & ~pl.Series(between)), narrowed


def told(system: protection.System, hidden: Flags) -> str:
    """Hidden numbers of the plan, and the share of all counted that they are."""
    values, unknowns = system
    planned = values["is_planned"].to_numpy() & (unknowns.number != 0)
    counted = planned & ~values["is_signed"].to_numpy()
    share = unknowns.number[counted & hidden].sum() / max(unknowns.number[counted].sum(), 1.0)
    return f"{int((planned & hidden).sum()):,} of {int(planned.sum()):,} hidden, {share:.1%} of counts"


def main() -> int:
    """Print a paragraph for each group; returns 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", nargs="+", default=["S10", "S04"])
    parser.add_argument("--year", type=int, default=2018)
    of_the_year = parser.add_mutually_exclusive_group()
    of_the_year.add_argument("--month", type=date.fromisoformat)
    of_the_year.add_argument("--as-in-the-design", action="store_true")
    parser.add_argument("--quantity", nargs="+")
    asked = parser.parse_args()
    if asked.quantity and not asked.as_in_the_design:
        parser.error("--quantity is for --as-in-the-design.")
    settings = Settings.from_env()
    threshold = float(read_reference(settings.reference).parameter("suppression_threshold", date.today()))
    is_kept = True
    for group in asked.group:
        with warehouse(settings) as house, house.connect() as connection:
            found = systems(connection, group, asked.year, asked.month, threshold)
            connection.rollback()
        for named, whole in found.items():
            system = as_in_the_design(whole, asked.quantity) if asked.as_in_the_design else whole
            values, unknowns = system
            first = hidden_at_first(values)
            begun, used = time.perf_counter(), time.process_time()
            ours = protection.hide({named: system}, threshold)[named].told
            broken = attack(unknowns, ours.hidden, threshold, ours.witnesses)
            print(f"{group} {asked.month or asked.year}: {int(first.sum()):,} hidden at first")
            print(
                f"  ours:  {told(system, ours.hidden)}; {len({one.value for one in broken})} worked out; "
                f"{time.perf_counter() - begun:.1f} s ({time.process_time() - used:.1f} s of processor)"
            )
            is_kept = is_kept and not broken
            if asked.as_in_the_design:
                continue
            usual = naive(unknowns, first)
            worked_out = attack(unknowns, usual, threshold)
            exactly = {one.value for one in worked_out if one.room.highest - one.room.lowest < 1}
            print(
                f"  naive: {told(system, usual)}; {len({one.value for one in worked_out})} narrowed down, "
                f"{len(exactly)} of them exactly"
            )
            is_kept = is_kept and bool(worked_out)
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
