"""What the warehouse says of itself to the BI tool: the indicators, and the columns of a table or query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql as compose
from psycopg.rows import class_row

from aim.settings import SettingsError
from aim.warehouse.sql import load


@dataclass(frozen=True)
class Indicator:
    """An indicator as charts need it; `grain` is the shortest period it has beyond a month."""

    code: str
    name: str
    measure: str
    unit: str
    area: str
    view: str
    grain: str

    @property
    def time_format(self) -> str:
        """How the axis of a chart names its periods, in the words of d3, which knows no half-years."""
        return {"quarter": "%Y-K%q", "year": "%Y"}.get(self.grain, "%Y-%m")


@dataclass(frozen=True)
class Column:
    """A column of a dataset: Postgres's name of its type, its comment in the database where it has one."""

    name: str
    type: str
    comment: str | None

    @property
    def is_date(self) -> bool:
        """Whether it is a day or an instant."""
        return self.type.startswith(("date", "timestamp"))


def indicators(connection: psycopg.Connection[Any]) -> list[Indicator]:
    """The indicators in their order. Raises SettingsError where the warehouse was never built."""
    try:
        with connection.cursor(row_factory=class_row(Indicator)) as cursor:
            found = cursor.execute(load(__file__, "indicators.sql")).fetchall()
    except psycopg.errors.UndefinedTable:
        connection.rollback()
        found = []
    if not found:
        raise SettingsError("The warehouse holds no indicators yet: run `aim nightly` first.")
    return found


def columns_of_query(connection: psycopg.Connection[Any], query: str) -> list[Column]:
    """The columns a query gives; it is not run."""
    cursor = connection.execute(
        compose.SQL("select * from ({query}) as described limit 0").format(query=compose.SQL(query))
    )
    described = cursor.description or []
    names = connection.execute(
        "select format_type(typed, null) from unnest(%s::oid[]) with ordinality as types (typed, place) order by place",
        ([column.type_code for column in described],),
    ).fetchall()
    return [Column(column.name, name, None) for column, (name,) in zip(described, names, strict=True)]


def columns_of_table(connection: psycopg.Connection[Any], schema: str, table: str) -> list[Column]:
    """The columns of a table or view with their comments."""
    with connection.cursor(row_factory=class_row(Column)) as cursor:
        return cursor.execute(load(__file__, "columns.sql"), {"relation": f"{schema}.{table}"}).fetchall()
