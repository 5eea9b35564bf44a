"""What a table and its columns mean, said in the database: the comments of tables that dbt does not make."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql as compose

from aim.warehouse import sql


def comment(connection: psycopg.Connection, schema: str, table: str, says: str, columns: Mapping[str, str]) -> None:
    """Say what a table's row is and what its columns mean. Writes only what the database does not say yet.

    A column that the table does not have is passed over.
    """
    found = connection.execute(sql.load(__file__, "comments_said.sql"), {"schema_name": schema, "table_name": table})
    said: dict[str | None, str | None] = dict(found.fetchall())
    if said.get(None) != says:
        connection.execute(
            compose.SQL("comment on table {} is {}").format(compose.Identifier(schema, table), compose.Literal(says))
        )
    for column, meaning in columns.items():
        if column in said and said[column] != meaning:
            connection.execute(
                compose.SQL("comment on column {} is {}").format(
                    compose.Identifier(schema, table, column), compose.Literal(meaning)
                )
            )
