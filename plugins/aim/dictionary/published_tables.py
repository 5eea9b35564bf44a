"""What tables are published, with what each row and column means: as the database itself says it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import psycopg
from psycopg.rows import dict_row

from aim.contracts.models import Text
from aim.warehouse import sql

SCHEMA = "marts"
VALUES = "indicator_values"
"""The published values themselves, with their history; every other table is about them or about their collection."""
DIMENSION = "dim_"
"""How the names begin of tables that say what a code means."""


@dataclass(frozen=True)
class Column:
    """A column. type: as Postgres writes it; is_required: never empty."""

    name: str
    type: str
    is_required: bool
    meaning: Text


@dataclass(frozen=True)
class PublishedTable:
    """A table or view. key: the columns that tell its rows apart; a view, and a table of one row, has none."""

    name: str
    is_view: bool
    meaning: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def has_history(self) -> bool:
        """Whether it holds former values too; the key then tells apart those that are current, known_to empty."""
        return any(column.name == "known_to" for column in self.columns)

    def references(self, others: dict[str, PublishedTable]) -> list[tuple[tuple[str, ...], str]]:
        """Which dimensions it refers to: it holds all columns of their key, under the same names."""
        names = {column.name for column in self.columns}
        return [
            (other.key, other.name)
            for other in others.values()
            if other.name.startswith(DIMENSION)
            and other.name != self.name
            and other.key
            and names.issuperset(other.key)
        ]


def published_tables(connection: psycopg.Connection) -> dict[str, PublishedTable]:
    """Every table and view of `marts` by name, in the order of their names."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql.load(__file__, "published_tables.sql"), {"schema_name": SCHEMA}).fetchall()
    tables: dict[str, PublishedTable] = {}
    for name, of_table in groupby(rows, key=lambda row: str(row["table_name"])):
        columns = list(of_table)
        key = sorted((row["place_in_key"], row["column_name"]) for row in columns if row["place_in_key"] is not None)
        tables[name] = PublishedTable(
            name=name,
            is_view=columns[0]["is_view"],
            meaning=_in_both(columns[0]["table_comment"]),
            columns=tuple(
                Column(row["column_name"], row["column_type"], row["is_required"], _in_both(row["column_comment"]))
                for row in columns
            ),
            key=tuple(column for _, column in key),
        )
    return tables


def _in_both(comment: str | None) -> Text:
    """A comment is two paragraphs, English and Lithuanian; one alone stands for both."""
    english, _, lithuanian = (comment or "").partition("\n\n")
    return Text(en=english.strip(), lt=lithuanian.strip() or english.strip())
