"""How fast do dashboards read ten years of published values, and what do the indexes cost a release?

    python benchmarks/marts.py [--years 10] [--times 50] [--whole] [--keep]

Makes a copy of a warehouse that a night has built (AIM_HOME, or AIM_WAREHOUSE), fills its `marts` with invented values
of ten years of the whole nation, asks what the dashboards ask as the role that BI tools have, inserts a month, writes
the export, and removes the copy. The values are those of the publication plan; with --whole every breakdown is
published everywhere, five million values.
Fails where a dashboard's question is above 0.1 s (p95) or a full aggregate above 1 s.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from copied import copied
from psycopg import sql

from aim.contracts.reference import read_reference
from aim.dictionary.export import write_export
from aim.dictionary.reader import READER
from aim.settings import Settings
from aim.warehouse.connect import connect

HERE = Path(__file__).parent
QUESTIONS = HERE / "marts_questions"
DATABASE = "aim_marts_benchmark"
LAST_YEAR = 2018
LIMIT, LIMIT_OF_ALL = 0.1, 1.0
"""Seconds that a dashboard's question (p95), and an aggregate over everything, may take."""
ALL = "all_"
"""How the names of the questions about everything begin."""
MONTHS, QUARTERS, YEARS = 12, 4, 1


def fill(connection: psycopg.Connection[Any], years: int, thinned: bool) -> None:
    """Ten years in the place of what is published."""
    values = {"years": years, "last_year": LAST_YEAR}
    connection.execute("select setseed(0.5)")
    connection.execute("truncate marts.indicator_values")
    with psycopg.ClientCursor(connection) as cursor:
        for name in ("periods", "values", "collection"):
            text = (HERE / "marts_ten_years" / f"{name}.sql").read_text("utf-8")
            begun = time.monotonic()
            cursor.execute(sql.SQL(text).format(thinned=sql.Literal(thinned)), values)
            print(f"{name}: {cursor.rowcount:,} rows in {time.monotonic() - begun:.1f} s")
    connection.commit()
    connection.autocommit = True
    # As autovacuum leaves them.
    connection.execute("vacuum analyze marts.indicator_values, marts.dim_period, marts.collection_trend")
    row = connection.execute(
        "select count(*), count(*) filter (where known_to is null),"
        " 100.0 * avg((conf_status = 'C')::integer) filter (where known_to is null),"
        " pg_size_pretty(pg_table_size('marts.indicator_values')),"
        " pg_size_pretty(pg_indexes_size('marts.indicator_values'))"
        " from marts.indicator_values"
    ).fetchone()
    assert row is not None
    print(f"marts.indicator_values: {row[0]:,} rows, {row[1]:,} current, {row[2]:.0f} % of them hidden, ", end="")
    print(f"{row[3]} and {row[4]} of indexes")


def parameters(chance: random.Random, municipalities: list[str], views: dict[str, str], years: int) -> dict[str, Any]:
    """One reader's choice."""
    grain, steps = chance.choice([("month", MONTHS), ("quarter", QUARTERS), ("year", YEARS)])
    month = chance.randrange(steps) * (MONTHS // steps) + 1
    indicator = chance.choice(list(views))
    return {
        "indicator": indicator,
        "view": views[indicator],
        "municipality": chance.choice(municipalities),
        "grain": grain,
        "fine": chance.choice(["month", "quarter"]),
        "period_start": date(LAST_YEAR - chance.randrange(years), month, 1),
        "day": date(LAST_YEAR, 12, 1) - timedelta(days=chance.randrange(365 * (years - 1))),
    }


def ask(connection: psycopg.Connection[Any], times: int, years: int) -> bool:
    """Time every question; returns whether all are within their limits."""
    views = dict(
        connection.execute(
            r"select upper(left(viewname, 3)), viewname from pg_views"
            r" where schemaname = 'marts' and viewname ~ '^[sp]\d\d_' order by viewname"
        ).fetchall()
    )
    rows = connection.execute(
        "select territory_code from marts.dim_territory where territory_level = 'municipality' order by 1"
    )
    municipalities = [code for (code,) in rows]
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(READER)))
    fine = True
    print(f"{'question':32}{'p50':>8}{'p95':>8}{'max':>8}  ms{'rows':>8}")
    for path in sorted(QUESTIONS.glob("*.sql"), key=lambda one: (one.stem.startswith(ALL), one.stem)):
        chance = random.Random(path.stem)
        seconds, found = [], 0
        is_of_all = path.stem.startswith(ALL)
        with psycopg.ClientCursor(connection) as cursor:
            for _ in range(max(times // 5, 3) if is_of_all else times):
                chosen = parameters(chance, municipalities, views, years)
                question = sql.SQL(path.read_text("utf-8")).format(view=sql.Identifier("marts", chosen["view"]))
                begun = time.monotonic()
                found = max(found, len(cursor.execute(question, chosen).fetchall()))
                seconds.append(time.monotonic() - begun)
        seconds.sort()
        p95 = seconds[int(0.95 * (len(seconds) - 1))]
        within = p95 <= (LIMIT_OF_ALL if is_of_all else LIMIT) and found > 0
        fine = fine and within
        shown = "".join(f"{1000 * one:8.1f}" for one in (seconds[len(seconds) // 2], p95, seconds[-1]))
        print(f"{path.stem:32}{shown}    {found:8}{'' if within else '  TOO SLOW' if found else '  FOUND NOTHING'}")
    connection.execute("reset role")
    return fine


def what_a_release_costs(connection: psycopg.Connection[Any]) -> None:
    """Seconds to insert a month of all indicators, as a release does, with the indexes that are there."""
    connection.execute(
        "create temporary table a_month as select * from marts.indicator_values"
        " where known_to is null and period_end = %s",
        (date(LAST_YEAR, 12, 31),),
    )
    connection.execute("delete from marts.indicator_values where period_end = %s", (date(LAST_YEAR, 12, 31),))
    connection.execute("vacuum marts.indicator_values")
    begun = time.monotonic()
    rows = connection.execute("insert into marts.indicator_values select * from a_month").rowcount
    print(f"a release's insert: {rows:,} rows in {time.monotonic() - begun:.2f} s")


def what_an_export_costs(url: str) -> None:
    """Seconds, bytes and highest memory of this process for all published tables as CSV and Parquet."""
    with tempfile.TemporaryDirectory() as folder, connect(url) as connection:
        connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(READER)))
        connection.commit()
        before, begun = highest_memory(), time.monotonic()
        written = write_export(connection, read_reference(Settings.from_env().reference), Path(folder) / "export")
        seconds = time.monotonic() - begun
        size = sum(file.bytes for file in written.files) / 1e6
        rows = max(file.rows for file in written.files)
        print(f"export: {rows:,} values, {size:.0f} MB in {seconds:.1f} s, memory {before} MB -> {highest_memory()} MB")


def highest_memory() -> int:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Measure and print; 1 where a limit is missed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--years", type=int, default=10)
    asked.add_argument("--times", type=int, default=50, help="how often each question is asked")
    asked.add_argument("--whole", action="store_true", help="every breakdown everywhere, whatever the plan says")
    asked.add_argument("--keep", action="store_true", help="leave the database there")
    options = asked.parse_args()
    with copied(Settings.from_env(), DATABASE, options.keep) as url, connect(url) as connection:
        fill(connection, options.years, not options.whole)
        fine = ask(connection, options.times, options.years)
        what_a_release_costs(connection)
        what_an_export_costs(url)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
