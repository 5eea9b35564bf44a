"""A look into the warehouse for one page: all its numbers are of one moment, and nothing can be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from aim.settings import Settings
from aim.warehouse import sql
from aim.warehouse.connect import warehouse

_LONGEST_QUESTION = "-c statement_timeout=20s"
Shape = TypeVar("Shape")


@contextmanager
def reading(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose one transaction reads and sees the warehouse as it is now. Raises what `warehouse` does."""
    with warehouse(settings) as house, house.connect(options=_LONGEST_QUESTION) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection


def rows(
    connection: psycopg.Connection[Any], shape: type[Shape], caller: str, name: str, asked: Mapping[str, object]
) -> list[Shape]:
    """What the statement `name` beside `caller` finds, one `shape` a row."""
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(sql.load(caller, name), asked).fetchall()
