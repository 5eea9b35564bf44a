"""The tables everyone shares, made step by step: `migrations/NNNN_*.sql`, each applied once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg

from aim.warehouse.sql import load

MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 7_246_018_315
"""Key of the advisory lock; any number nobody else uses."""


class MigrationError(RuntimeError):
    """The database and the migrations of this package do not fit; one sentence that says what to do."""


def migrate(connection: psycopg.Connection[Any], folder: Path = MIGRATIONS) -> list[str]:
    """Apply what `folder` has and the database lacks, in order, each in its own transaction.

    Gives the names applied and leaves the connection outside a transaction. Raises MigrationError where an applied
    file has changed since, or a file fails.
    """
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))]
    if not _missing(connection, files):
        connection.rollback()
        return []
    connection.rollback()
    applied: list[str] = []
    while True:
        with connection.transaction():
            # Held for the transaction: the next command waits here, then finds the file applied.
            connection.execute("select pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
            missing = _missing(connection, files)
            if not missing:
                return applied
            name, text = missing[0]
            try:
                connection.execute(text)
            except psycopg.Error as error:
                raise MigrationError(
                    f"Migration {name} failed ({type(error).__name__}): {error.diag.message_primary}"
                ) from error
            # Here and not before: the first file makes the schema it lies in.
            connection.execute(load(__file__, "migrations_record.sql"))
            connection.execute(
                "insert into ops.migrations (name, sha256) values (%s, %s)",
                [name, hashlib.sha256(text).hexdigest()],
            )
            applied.append(name)


def _missing(connection: psycopg.Connection[Any], files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    # Not to_regclass: it may answer from what this session remembers of the catalogue from before the lock.
    known = connection.execute(
        "select 1 from pg_catalog.pg_tables where schemaname = 'ops' and tablename = 'migrations'"
    ).fetchone()
    if known is None:
        return files
    applied = dict(connection.execute("select name, sha256 from ops.migrations").fetchall())
    for name, text in files:
        if name in applied and applied[name] != hashlib.sha256(text).hexdigest():
            raise MigrationError(
                f"Migration {name} was changed after it had been applied here: "
                "put the file back as it was and write the change as a new migration."
            )
    return [file for file in files if file[0] not in applied]
