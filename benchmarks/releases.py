"""How long does the release of a month take, month by month as a warehouse grows?

    python benchmarks/releases.py [--from 2018-08-22] [--to 2019-02-22]

Takes what a night computed (AIM_HOME, or AIM_WAREHOUSE), forgets in a copy of it what was released, and releases it
anew on one day of each month: the first round says all that is due by then, each further one is a revision of what was
said and the first release of a month more. What is computed is the same throughout, so a revision finds nothing new;
months, quarters and the year come when they are due. `of it` are the groups that took longest, in seconds of work;
their parts run beside each other, as many as there are processors.
Fails where a round after the first takes longer than the limit, or leaves a number to be worked out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import date

import psycopg
from copied import copied

from aim.clock import Clock
from aim.contracts.reference import Reference, read_reference
from aim.ledger import runs
from aim.publish.release import ReleaseResult, release_due
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

DATABASE = "aim_releases_benchmark"
LIMIT = 30.0
"""Seconds for the suppression and attack of one release."""
SHOWN = 4
"""How many groups of a round are told apart."""


def months(first: date, last: date) -> Iterator[date]:
    """The same day of every month from the first to the last."""
    day = first
    while day <= last:
        yield day
        day = date(day.year + day.month // 12, day.month % 12 + 1, day.day)


def forget_releases(house: Warehouse) -> None:
    """As before the first round."""
    with house.connect() as connection:
        connection.execute("truncate core.indicator_values, marts.indicator_values, ops.releases cascade")


def released(house: Warehouse, day: date, reference: Reference) -> tuple[ReleaseResult, float]:
    """The rounds of a night, and their seconds."""
    clock = Clock.at(day)
    with house.connect() as connection:
        run_id = runs.open_run(connection, clock)
    begun = time.monotonic()
    result = release_due(house, run_id, clock, reference)
    return result, time.monotonic() - begun


def longest(connection: psycopg.Connection, day: date) -> str:
    """Groups of the night's rounds with the seconds each took."""
    rows = connection.execute(
        "select attacked_with, attacked_year, seconds from ops.attacks inner join ops.releases using (release_id)"
        " where clock_date = %s order by seconds desc limit %s",
        (day, SHOWN),
    )
    return ", ".join(f"{group} {year} {seconds:.0f} s" for group, year, seconds in rows)


def main() -> int:
    """Print a line for each month; returns 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2018, 8, 22))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2019, 2, 22))
    asked = parser.parse_args()
    settings = Settings.from_env()
    reference = read_reference(settings.reference)
    is_kept = True
    with copied(settings, DATABASE) as url:
        house = Warehouse(url, url)
        forget_releases(house)
        for number, day in enumerate(months(asked.first, asked.last)):
            result, seconds = released(house, day, reference)
            with house.connect() as connection:
                of_it = longest(connection, day) or "no group"
            print(
                f"{day}: {result.kind}, {result.periods} periods, {result.new:,} values new, {result.changed:,} ended, "
                f"{result.cells_hidden:,} of {result.cells:,} numbers hidden: {seconds:.1f} s, of it {of_it}",
                flush=True,
            )
            is_kept = is_kept and not result.held_back and (number == 0 or seconds <= LIMIT)
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
