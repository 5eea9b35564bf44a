"""Airflow's user on the embedded server: owner of Airflow's own database, and a stranger to the warehouse."""

from __future__ import annotations

from dataclasses import replace

from psycopg import Connection
from psycopg import sql as compose

from aim.settings import Settings
from aim.warehouse.embedded import ServerAddress
from aim.warehouse.role_passwords import passwords, verifier
from aim.warehouse.sql import load

AIRFLOW = "aim_airflow"


def ensure_metadata_owner(settings: Settings, server: ServerAddress, connection: Connection) -> ServerAddress:
    """Make Airflow's user own the database that `connection`, a superuser's, is in; gives its address. Idempotent."""
    role = compose.Identifier(AIRFLOW)
    database = compose.Identifier(connection.info.dbname)
    with passwords(settings, [AIRFLOW]) as (known, fresh), connection.transaction():
        there = connection.execute("select from pg_roles where rolname = %s", (AIRFLOW,)).fetchone() is not None
        if not there:
            connection.execute(compose.SQL("create role {}").format(role))
        if fresh or not there:
            connection.execute(
                compose.SQL("alter role {} with login password {}").format(
                    role, compose.Literal(verifier(connection, AIRFLOW, known[AIRFLOW]))
                )
            )
        owner = connection.execute(
            "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
        ).fetchone()
        if owner != (AIRFLOW,):
            connection.execute(compose.SQL("alter database {} owner to {}").format(database, role))
            connection.execute(compose.SQL("revoke all on database {} from public").format(database))
            for (statement,) in connection.execute(load(__file__, "metadata_owner.sql")).fetchall():
                connection.execute(statement)
    return replace(server, user=AIRFLOW, password=known[AIRFLOW])
