"""A warehouse whose computed indicators are as a test says: what of them is released on which night."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from aim.clock import VILNIUS, Clock
from aim.contracts.reference import read_reference
from aim.publish.release import ReleaseResult, release_due
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

SEEDS = Settings.from_env({}).reference
TABLES = """
create table core.indicator_current (
    indicator_code text, measure text, definition_version text, period_grain text, period_start date, period_end date,
    territory_level text, territory_code text, breakdown text, breakdown_value text,
    numerator numeric, denominator numeric, value numeric, unit text, coverage_pct numeric, obs_status text
);
create table intermediate.int_indicator_periods (
    indicator_code text, period_grain text, period_start date, period_end date, last_due_on date
);
create table staging.stg_parameters (parameter text, value numeric, valid_from date, valid_until date);
insert into staging.stg_parameters values
    ('survey_min_answers', 5, '1990-01-01', '2018-07-01'), ('survey_min_answers', 6, '2018-07-01', 'infinity');
"""
SEEDED = (
    "indicators",
    "indicator_measures",
    "publication_plan",
    "protected_quantities",
    "quantity_relations",
    "municipalities",
    "counties",
    "nation",
    "instrument_items",
)
TYPED = {
    "counts_persons": "boolean",
    "is_signed": "boolean",
    "worth": "numeric",
    "step": "numeric",
    "coefficient": "numeric",
}


@dataclass(frozen=True)
class Value:
    """A computed value of Alytus district, October 2018 unless said otherwise."""

    numerator: float | None = 40
    denominator: float | None = 5000
    indicator: str = "S01"
    measure: str = "main"
    version: str = "v2"
    grain: str = "month"
    start: date = date(2018, 10, 1)
    end: date = date(2018, 10, 31)
    level: str = "municipality"
    territory: str = "33"
    breakdown: str = "total"
    breakdown_value: str = "total"
    unit: str = "per_1000"
    coverage: float | None = 100
    status: str = "A"
    due: date | None = date(2018, 11, 12)

    def row(self) -> tuple[Any, ...]:
        value = None
        if self.numerator is not None and self.denominator:
            value = Decimal(str(self.numerator)) * 1000 / Decimal(str(self.denominator))
        return (
            self.indicator, self.measure, self.version, self.grain, self.start, self.end, self.level,
            self.territory, self.breakdown, self.breakdown_value, self.numerator, self.denominator, value, self.unit,
            self.coverage, self.status,
        )  # fmt: skip


class House:
    """A warehouse whose indicators are as the test says, and its nights."""

    def __init__(self, url: str, connection: psycopg.Connection[Any]) -> None:
        self.warehouse = Warehouse(url, url)
        self.connection = connection
        self.reference = read_reference(SEEDS)
        connection.execute(TABLES)
        for table in SEEDED:
            with (SEEDS / f"{table}.csv").open(encoding="utf-8") as file:
                columns, *rows = csv.reader(file)
            connection.execute(
                sql.SQL("create table {} ({})").format(
                    sql.Identifier("reference", table),
                    sql.SQL(", ").join(
                        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(TYPED.get(name, "text")))
                        for name in columns
                    ),
                )
            )
            for row in rows:
                connection.execute(
                    sql.SQL("insert into {} values ({})").format(
                        sql.Identifier("reference", table),
                        sql.SQL(", ").join(sql.Literal(value or None) for value in row),
                    )
                )

    def computes(self, *values: Value) -> None:
        """These and no others."""
        self.connection.execute("truncate core.indicator_current, intermediate.int_indicator_periods")
        self.computes_anew(values)

    def computes_anew(self, values: Iterable[Value]) -> None:
        """These, and of other periods what was computed before."""
        values = list(values)
        periods = {(one.indicator, one.grain, one.start, one.end, one.due) for one in values}
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for table in ("core.indicator_current", "intermediate.int_indicator_periods"):
                cursor.executemany(
                    f"delete from {table}"  # noqa: S608 - the test's own words
                    " where indicator_code = %s and period_grain = %s and period_start = %s",
                    [period[:3] for period in periods],
                )
            with cursor.copy("copy intermediate.int_indicator_periods from stdin") as copy:
                for period in periods:
                    copy.write_row(period)
            with cursor.copy("copy core.indicator_current from stdin") as copy:
                for value in values:
                    copy.write_row(value.row())

    def night(self, today: str, hour: int = 20) -> ReleaseResult:
        day = date.fromisoformat(today)
        clock = Clock(day, datetime(day.year, day.month, day.day, hour, tzinfo=VILNIUS))
        found = self.connection.execute(
            "insert into ops.runs (clock_date, instant) values (%s, %s) returning run_id", (day, clock.instant)
        ).fetchone()
        assert found is not None
        return release_due(self.warehouse, found[0], clock, self.reference)

    def rows(self, schema: str, condition: str = "true") -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                f"select * from {schema}.indicator_values where {condition}"  # noqa: S608 - the test's own words
                " order by indicator_code, measure, period_start, territory_code, breakdown_value, known_from"
            ).fetchall()

    def rows_supposed(self, schema: str) -> int:
        """How many rows the server reckons with."""
        (found,) = self.connection.execute(
            "select reltuples::int from pg_class where oid = %s::regclass", (f"{schema}.indicator_values",)
        ).fetchall()
        return int(found[0])

    def as_published(self, day: date, schema: str = "marts") -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                f"select * from {schema}.as_published(%s)"  # noqa: S608 - the test's own words
                " order by indicator_code, measure, period_start, territory_code, breakdown_value",
                (day,),
            ).fetchall()

    def now(self, schema: str = "marts") -> list[tuple[Any, ...]]:
        return [
            (row["numerator"], row["denominator"], row["obs_status"]) for row in self.rows(schema, "known_to is null")
        ]
