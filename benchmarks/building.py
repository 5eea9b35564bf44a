"""How long does building take, against hand-written SQL of the same tables, and as the months grow?

    python benchmarks/building.py [--scale 1.0] [--months 18] [--home DIR] [--only full night growth]

In full, on a night that brings a 24th of the slices anew, and for a sixth, half and all of the months. Writes a sample
into a home of its own, lands and judges it, and removes the home; `--home` names one whose last night is judged
already. Building is measured in a copy of its database. Fails where the two sides' tables differ.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from aim.clock import Clock
from aim.contracts.calendar import Period
from aim.contracts.load import contracts
from aim.contracts.registry import read_registry
from aim.ledger import obligations, runs
from aim.orchestration import steps
from aim.quality.judging import judge_all
from aim.sample import write_sample
from aim.settings import Settings
from aim.warehouse import dbt, embedded
from aim.warehouse.connect import Warehouse, warehouse

BY_HAND = Path(__file__).parent / "building_by_hand"
LAST = Period.parse("2018-12")
CLOCK = date(2019, 2, 20)
NIGHTS_KEPT = 14
TOUCHED = 24
"""One slice in so many is delivered again."""
DATABASE = "aim_building"

HAND_OPTIONS = "-c work_mem=256MB -c enable_mergejoin=off -c enable_nestloop=off"
"""What whoever runs them by hand sets: memory for hashes, and hash joins, for the planner misjudges ranges of days."""

Script = tuple[str, ...]
FACTS: tuple[Script, Script] = (
    ("facts_of_cases", "case_places", "plan_measures", "assessments"),
    ("facts_of_children", "facts_of_the_ledger", "decisions", "calendar"),
)
TOUCHED_FACTS: Script = ("touched", "touched_facts", "case_places", "touched_plan_measures")
REST: tuple[Script, Script] = (("assessments",), ("facts_of_the_ledger", "decisions", "calendar"))
COUNTS: tuple[Script, Script] = (("stocks",), ("children", "flows_of_children", "pairs", "flows_of_records"))
"""Scripts that two connections run side by side, as dbt has its threads."""


@dataclass
class Cost:
    """What a piece of work took: wall seconds, processor seconds, highest memory (MB) here and, summed, of backends.

    Processor seconds say more than wall seconds where others work on the machine too.
    """

    seconds: float = 0.0
    processor: float = 0.0
    own: int = 0
    backends: int = 0

    def __str__(self) -> str:
        """All four, for a line of the report."""
        memory = f"{self.own} MB here, {self.backends} MB in Postgres' backends"
        return f"{self.seconds:7.1f} s, {self.processor:6.1f} s of processor, {memory}"


@contextmanager
def measured(house: Warehouse) -> Iterator[Cost]:
    """Time a piece of work, and look at its processes twenty times a second."""
    with house.connect() as connection:
        row = connection.execute("select current_setting('data_directory'), current_database()").fetchone()
    assert row is not None
    server = int((Path(row[0]) / "postmaster.pid").read_text("utf-8").split()[0])
    cost, done, used = Cost(), threading.Event(), dict[int, float]()
    own_begun, begun = time.process_time(), time.monotonic()

    def look() -> None:
        while not done.wait(0.05):
            working = backends(server, row[1])
            for backend in working:
                used[backend] = max(used.get(backend, 0.0), processor_seconds(backend))
            cost.own = max(cost.own, memory(os.getpid(), "VmRSS"))
            cost.backends = max(cost.backends, sum(memory(backend, "RssAnon") for backend in working))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield cost
    finally:
        done.set()
        looking.join()
        cost.seconds = time.monotonic() - begun
        cost.processor = time.process_time() - own_begun + sum(used.values())


def backends(server: int, database: str) -> list[int]:
    """The server's processes that work for a database, those that help in parallel included."""
    titles = {child: read(f"/proc/{child}/cmdline") for child in read(f"/proc/{server}/task/{server}/children").split()}
    working = {child for child, title in titles.items() if f" {database} " in title}
    helping = {
        child for child, title in titles.items() if title.partition("for PID ")[2].split("\0")[0].strip() in working
    }
    return [int(child) for child in working | helping]


def memory(process: int, kind: str) -> int:
    """Resident memory of a process in MB: all of it (VmRSS), or its own alone (RssAnon); 0 where it has ended."""
    told = read(f"/proc/{process}/status").partition(f"{kind}:")[2].split()
    return int(told[0]) // 1024 if told else 0


def processor_seconds(process: int) -> float:
    """Processor time a process has used; 0 where it has ended."""
    told = read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK") if told else 0.0


def read(path: str) -> str:
    """What /proc tells of a process; nothing where it has ended."""
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def product(house: Warehouse, settings: Settings, run_id: int, layers: str, *options: str) -> dict[str, float]:
    """Make what the layers select and test nothing; seconds of each table."""
    with house.connect() as connection:
        clock = runs.read_run(connection, run_id).clock
    made = dbt.invoke(
        house,
        settings,
        "run",
        "--select",
        layers,
        "--vars",
        f'{{"run_id": {run_id}, "clock_date": "{clock.today.isoformat()}"}}',
        *options,
    )
    if made.broken:
        raise SystemExit(f"Not built: {', '.join(node.name for node in made.broken)}")
    return {node.name: node.seconds for node in made.nodes}


def script(name: str) -> str:
    """A hand-written script of ours."""
    return (BY_HAND / f"{name}.sql").read_text("utf-8")


def by_hand(house: Warehouse, run_id: int, anew: bool = True) -> dict[str, float]:
    """Run the hand-written scripts; seconds of each. Not anew: only the touched slices' facts are replaced."""
    seconds: dict[str, float] = {}

    def one_after_another(names: Script) -> None:
        with house.connect(autocommit=True, options=HAND_OPTIONS) as connection:
            connection.execute("select set_config('by_hand.run_id', %s, false)", (str(run_id),))
            for name in names:
                begun = time.monotonic()
                connection.execute(script(name))
                seconds[name] = time.monotonic() - begun

    def side_by_side(pair: Sequence[Script]) -> None:
        with ThreadPoolExecutor(2) as connections:
            list(connections.map(one_after_another, pair))

    if anew:
        one_after_another(("setup", "rows"))
        side_by_side(FACTS)
    else:
        one_after_another(TOUCHED_FACTS)
        side_by_side(REST)
    side_by_side(COUNTS)
    one_after_another(("values",))
    return seconds


def differing(house: Warehouse) -> list[str]:
    """The tables that are not alike on both sides, with how many rows only the product and only the hand has."""
    with house.connect() as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'by_hand'").fetchall()
        found = []
        for (table,) in sorted(tables):
            columns = connection.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = 'core' and table_name = %s order by ordinal_position",
                (table,),
            ).fetchall()
            if not columns:
                continue
            # The last digit of a quotient depends on the order of the arithmetic.
            shown = sql.SQL(", ").join(
                sql.SQL("round({}, 9)" if kind == "numeric" else "{}").format(sql.Identifier(column))
                for column, kind in columns
            )
            here, there = (
                sql.SQL("select {} from {}").format(shown, sql.Identifier(schema, table))
                for schema in ("core", "by_hand")
            )
            count = sql.SQL(
                "select (select count(*) from ({here} except all {there}) as more),"
                " (select count(*) from ({there} except all {here}) as less)"
            ).format(here=here, there=there)
            row = connection.execute(count).fetchone()
            if row != (0, 0):
                found.append(f"{table} {row}")
    return found


def say_whether_alike(house: Warehouse) -> None:
    """Print that both sides hold the same rows; end the benchmark where they do not."""
    found = differing(house)
    if found:
        raise SystemExit(f"The tables differ (rows of the product only, by hand only): {'; '.join(found)}")
    print("  the same rows in every fact and in indicator_current")


def slowest(seconds: dict[str, float], how_many: int = 12) -> str:
    """The names that took longest."""
    ordered = sorted(seconds.items(), key=lambda item: -item[1])[:how_many]
    return ", ".join(f"{name} {taken:.1f}" for name, taken in ordered)


def compare(ours: Cost, theirs: Cost, factor: float) -> None:
    """Print two costs, their ratio and the limit of `factor` times and 10 seconds."""
    print(f"  by dbt      {ours}")
    print(f"  by hand     {theirs}")
    limit = factor * theirs.seconds + 10
    ratios = (
        f"{ours.seconds / theirs.seconds:.2f} of wall time, {ours.processor / theirs.processor:.2f} of processor time"
    )
    print(f"  ratio       {ratios} (to reach: {factor} x + 10 s = {limit:.1f} s)")


def full(house: Warehouse, settings: Settings, run_id: int) -> None:
    """Everything anew: the tables alone on both sides, then the product as a night builds it, tests included."""
    print("full build")
    with measured(house) as ours:
        seconds = product(house, settings, run_id, "tag:core tag:indicators", "--full-refresh")
    with measured(house) as theirs:
        scripts = by_hand(house, run_id)
    compare(ours, theirs, 1.3)
    print(f"  slowest tables: {slowest(seconds)}")
    print(f"  scripts: {slowest(scripts)}")
    say_whether_alike(house)
    whole_night(house, settings, run_id, full_refresh=True)


def whole_night(house: Warehouse, settings: Settings, run_id: int, full_refresh: bool) -> None:
    """What a night builds after landing: reference files and the four layers, their promises tested."""
    with house.connect() as connection:
        clock = runs.read_run(connection, run_id).clock
    for layer in ("resource_type:seed", "tag:core", "tag:indicators", "tag:collection", "tag:marts"):
        with measured(house) as cost:
            dbt.build(house, settings, run_id, clock.today, layer, full_refresh)
        print(f"  with tests: {layer:20} {cost}")


def deliver_again(connection: psycopg.Connection[Any], run_id: int) -> int:
    """The newest slices, one in 24, come again without every twentieth row; returns how many."""
    connection.execute(
        "select set_config('by_hand.run_id', %s, true), set_config('by_hand.part', %s, true)",
        (str(run_id), str(TOUCHED)),
    )
    connection.execute(script("deliver_again"))
    datasets = connection.execute(
        "select distinct dataset from ops.deliveries where delivery_id in (select new_id from again)"
    ).fetchall()
    for (dataset,) in datasets:
        columns = connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = 'staging' and table_name = %s and column_name <> 'delivery_id'",
            (dataset,),
        ).fetchall()
        names = sql.SQL(", ").join(sql.Identifier(column) for (column,) in columns)
        connection.execute(
            sql.SQL(
                "insert into {table} (delivery_id, {names}) select new_id, {names} from {table}"
                " inner join again using (delivery_id) where row_number % 20 <> 0"
            ).format(table=sql.Identifier("staging", dataset), names=names)
        )
        connection.execute(
            sql.SQL(
                "update ops.deliveries set rows_received = landed.rows from (select delivery_id, count(*) as rows"
                " from {table} where delivery_id in (select new_id from again) group by delivery_id) as landed"
                " where deliveries.delivery_id = landed.delivery_id"
            ).format(table=sql.Identifier("staging", dataset))
        )
    row = connection.execute("select count(*) from again").fetchone()
    assert row is not None
    return int(row[0])


def open_night(house: Warehouse, settings: Settings, clock: date, until: date | None = None) -> int:
    """Judge what waits and pin it (with `until`: slices that begin before it alone); returns the night."""
    with house.connect() as connection:
        run_id = runs.open_run(connection, Clock.at(clock))
    judge_all(house, settings, run_id)
    with house.connect() as connection:
        declared, providers = contracts(), read_registry(settings.registry)
        obligations.refresh(connection, declared, providers, Clock.at(clock))
        runs.pin(connection, run_id, NIGHTS_KEPT)
        if until is not None:
            connection.execute("delete from ops.run_slices where run_id = %s and period_start >= %s", (run_id, until))
            connection.execute("analyze ops.run_slices")
    return run_id


def night(house: Warehouse, settings: Settings, run_id: int, is_built: bool) -> None:
    """After a night on everything, one on which the newest slices have come again."""
    print(f"a night that brings 1/{TOUCHED} of the slices")
    if not is_built:
        product(house, settings, run_id, "tag:core tag:indicators", "--full-refresh")
        by_hand(house, run_id)
    with house.connect() as connection:
        slices = deliver_again(connection, run_id)
    after = open_night(house, settings, CLOCK)
    print(f"  {slices} slices delivered again")
    with measured(house) as ours:
        seconds = product(house, settings, after, "tag:core tag:indicators")
    with measured(house) as theirs:
        scripts = by_hand(house, after, anew=False)
    compare(ours, theirs, 1.5)
    print(f"  slowest tables: {slowest(seconds)}")
    print(f"  scripts: {slowest(scripts)}")
    say_whether_alike(house)
    whole_night(house, settings, after, full_refresh=False)


def growth(house: Warehouse, settings: Settings, months: int) -> None:
    """Seconds and memory of the full build as the months pinned grow to `months`."""
    print("growth")
    for pinned in sorted({max(1, months // 6), max(1, months // 2), months}):
        end = LAST
        for _ in range(months - pinned):
            end = end.previous()
        run_id = open_night(house, settings, end.next().next().start.replace(day=20), end.next().start)
        with measured(house) as cost:
            product(house, settings, run_id, "tag:core tag:indicators", "--full-refresh")
        print(f"  {pinned:3} months   {cost}")


def judged_sample(settings: Settings, scale: float, months: int) -> None:
    """Write, land and judge a sample of so many months, and say how long the last two took."""
    first = LAST
    for _ in range(months - 1):
        first = first.previous()
    write_sample(settings.inbox, first.text, LAST.text, scale, settings=settings)
    with warehouse(settings) as house:
        run_id = steps.open_night(CLOCK.isoformat())
        work: tuple[tuple[str, Callable[[int], None]], ...] = (
            ("reference", steps.load_reference),
            ("land", steps.land),
            ("check", steps.check),
        )
        for name, step in work:
            with measured(house) as cost:
                step(run_id)
            print(f"{name:10} {cost}")


@contextmanager
def copied(house: Warehouse) -> Iterator[Warehouse]:
    """A copy of the warehouse's database beside it, dropped afterwards."""
    name = sql.Identifier(DATABASE)
    url, _, original = house.url.rpartition("/")
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {} template {}").format(name, sql.Identifier(original)))
        try:
            yield Warehouse(f"{url}/{DATABASE}", house.metadata_url)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(name))


def main() -> None:
    """Measure, print, clean up."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--months", type=int, default=18)
    options.add_argument("--home", type=Path)
    options.add_argument("--only", nargs="+", choices=("full", "night", "growth"), default=("full", "night", "growth"))
    chosen = options.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp(prefix="aim-building-"))
    home.chmod(0o711)
    os.environ.update(AIM_HOME=str(home), AIM_SETTLE_SECONDS="0")
    settings = Settings.from_env()
    try:
        if chosen.home is None:
            judged_sample(settings, chosen.scale, chosen.months)
        with warehouse(settings) as original, copied(original) as house:
            with house.connect() as connection:
                judged = runs.last_night(connection)
            assert judged is not None
            if "full" in chosen.only:
                full(house, settings, judged.run_id)
            if "night" in chosen.only:
                night(house, settings, judged.run_id, is_built="full" in chosen.only)
            if "growth" in chosen.only:
                growth(house, settings, chosen.months)
    finally:
        if chosen.home is None:
            embedded.remove(settings)
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
