"""The SQL that lies in a `.sql` file beside its caller."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from psycopg import sql


@cache
def load(caller: str, name: str) -> sql.SQL:
    """The statement in file `name` beside `caller` (pass `__file__`), ready for execution or for `.format()`.

    Identifiers go in as psycopg.sql objects in braces, values as %(name)s parameters.
    """
    text = (Path(caller).parent / name).read_text("utf-8")
    return sql.SQL(text)
