"""How fast is checking? All rules of `vertinimai` against the same rules in hand-written SQL, and 545 small deliveries.

    python benchmarks/checking.py [--million-rows 2]

Makes a database of its own on the embedded server of a temporary home, and removes both.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from aim.clock import Clock
from aim.contracts.load import contracts
from aim.contracts.reference import read_reference
from aim.ledger import runs
from aim.quality.judging import judge_all
from aim.settings import Settings
from aim.warehouse import embedded
from aim.warehouse.connect import Warehouse, warehouse
from aim.warehouse.staging_tables import ensure_partition, ensure_staging_table

HERE = Path(__file__).parent
PROVIDERS, MONTHS, ITEMS = 60, 12, 28


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Empty staging tables with the partitions of the year, and an empty ledger."""
    for contract in contracts().datasets.values():
        ensure_staging_table(connection, contract)
        ensure_partition(connection, contract, date(2018, 1, 1))
    tables = ", ".join(f"staging.{dataset}" for dataset in contracts().datasets)
    connection.execute(f"truncate {tables}, ops.deliveries, quality.row_issues, quality.check_results cascade")
    connection.commit()


def land_cases(connection: psycopg.Connection[Any], each: int) -> None:
    """`each` cases of every provider and month, one delivery each, accepted or still to be judged."""
    connection.execute((HERE / "checking_cases.sql").read_text("utf-8"), {"each": each, "providers": PROVIDERS})
    connection.commit()


def land_assessments(connection: psycopg.Connection[Any], months: int, each: int) -> int:
    """`each` assessments of every provider and month, one row in 400 with something wrong; returns the rows."""
    connection.execute(
        (HERE / "checking_assessments.sql").read_text("utf-8"),
        {"each": each, "providers": PROVIDERS, "months": months, "items": list(items())},
    )
    connection.commit()
    found = connection.execute("select count(*) from staging.vertinimai").fetchone()
    assert found is not None
    return int(found[0])


def items() -> tuple[str, ...]:
    """The instrument's items."""
    return read_reference(Settings.from_env().reference).code_lists["instrument_items"]


def by_hand(connection: psycopg.Connection[Any]) -> float:
    """Seconds the hand-written script takes."""
    connection.execute("drop schema if exists by_hand cascade")
    connection.execute("create schema by_hand")
    connection.commit()
    begun = time.monotonic()
    connection.execute((HERE / "checking_by_hand.sql").read_text("utf-8"))
    connection.commit()
    return time.monotonic() - begun


def same_issues(connection: psycopg.Connection[Any]) -> bool:
    """Whether both found the same rows broken."""
    found = connection.execute(
        "select count(*) from (select delivery_id, row_number, rule_code, field from quality.row_issues"
        " where delivery_id in (select delivery_id from ops.deliveries where dataset = 'vertinimai')) as ours"
        " full join by_hand.issues as theirs using (delivery_id, row_number, rule_code, field)"
        " where ours is null or theirs is null"
    ).fetchone()
    return found == (0,)


def many_rows(house: Warehouse, settings: Settings, million: float) -> None:
    """All rules of a dataset against the same rules by hand, on the same rows."""
    each = round(million * 1e6 / (PROVIDERS * MONTHS * ITEMS))
    with house.connect() as connection:
        prepare(connection)
        land_cases(connection, 200)
        run_id = runs.open_run(connection, Clock.at(date(2019, 1, 22)))
        connection.commit()
        judge_all(house, settings, run_id)
        rows = land_assessments(connection, MONTHS, each)
        connection.commit()
        hand = by_hand(connection)
        begun = time.monotonic()
        result = judge_all(house, settings, run_id)
        ours = time.monotonic() - begun
        agree = same_issues(connection)
    print(f"{rows:,} rows of vertinimai, {result.deliveries} deliveries, {result.rows_quarantined:,} quarantined")
    print(f"  all rules by judge_all   {ours:6.1f} s   {rows / ours:,.0f} rows/s")
    print(f"  the same by hand         {hand:6.1f} s")
    print(f"  ratio                    {ours / hand:6.2f}     (to reach: 4)")
    print(f"  the same rows found      {agree}")


def many_files(house: Warehouse, settings: Settings) -> None:
    """A month's end: 545 small deliveries, half cases, half assessments."""
    with house.connect() as connection:
        prepare(connection)
        run_id = runs.open_run(connection, Clock.at(date(2019, 1, 22)))
        land_cases(connection, 30)
        land_assessments(connection, 3, 5)
        connection.execute(
            "delete from ops.deliveries where delivery_id not in"
            " (select delivery_id from ops.deliveries order by period desc, delivery_id limit 545)"
        )
        connection.commit()
    gc.collect()
    begun = time.monotonic()
    result = judge_all(house, settings, run_id)
    print(f"{result.deliveries} deliveries of {result.rows:,} rows: {time.monotonic() - begun:.1f} s   (to reach: 30)")


def main() -> None:
    """Run both and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million-rows", type=float, default=2.0)
    million = parser.parse_args().million_rows
    home = Path(tempfile.mkdtemp(prefix="aim-benchmark-"))
    home.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(home)})
    try:
        with warehouse(settings) as house:
            many_files(house, settings)
            many_rows(house, settings, million)
        embedded.remove(settings)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
