"""How a command gets a connection: the warehouse by URL or embedded, migrated, and Airflow's own database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from aim.settings import Settings, SettingsError
from aim.warehouse import embedded
from aim.warehouse.metadata_owner import ensure_metadata_owner
from aim.warehouse.migrate import migrate

WAREHOUSE_DATABASE = "aim"
METADATA_DATABASE = "airflow"
OLDEST_VERSION = 15


@dataclass(frozen=True)
class Warehouse:
    """A warehouse that is there and migrated. Both addresses are postgresql:// and hold passwords."""

    url: str = field(repr=False)
    metadata_url: str = field(repr=False)

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A new connection (psycopg's options); close it, or use it in `with`. Raises SettingsError."""
        return connect(self.url, **options)


@contextmanager
def warehouse(settings: Settings) -> Iterator[Warehouse]:
    """Hold the warehouse: started if embedded, its database there, its migrations applied.

    A child process calls this too: it meets the running server. Raises SettingsError (cannot be reached,
    too old), embedded.ServerError, migrate.MigrationError.
    """
    metadata_url = settings.metadata_url or embedded.address(settings).url(METADATA_DATABASE)
    if settings.warehouse_url is not None:
        yield _migrated(settings.warehouse_url, metadata_url)
        return
    with embedded.running(settings) as server:
        if settings.metadata_url is None:
            # Read again: the port is chosen anew when somebody else has taken it.
            metadata_url = server.url(METADATA_DATABASE)
        _ensure_database(server, WAREHOUSE_DATABASE)
        yield _migrated(server.url(WAREHOUSE_DATABASE), metadata_url)


@contextmanager
def metadata(settings: Settings) -> Iterator[str]:
    """Hold Airflow's own database and give its postgresql:// URL. Raises as `warehouse` does.

    On the embedded server the URL is that of a user who reaches this database alone.
    """
    if settings.metadata_url is not None:
        with connect(settings.metadata_url):
            yield settings.metadata_url
        return
    with embedded.running(settings) as server:
        _ensure_database(server, METADATA_DATABASE)
        with connect(server.url(METADATA_DATABASE)) as connection:
            airflow = ensure_metadata_owner(settings, server, connection)
        yield airflow.url(METADATA_DATABASE)


def warehouse_url(settings: Settings) -> str:
    """The warehouse's address, known also while the embedded server is stopped; starts nothing."""
    return settings.warehouse_url or embedded.address(settings).url(WAREHOUSE_DATABASE)


def connect(url: str, **options: Any) -> psycopg.Connection[Any]:
    """A connection to `url`. Raises SettingsError, one sentence without the password, where there is none."""
    try:
        connection = psycopg.connect(url, **{"connect_timeout": 10, **options})
    except psycopg.Error as error:
        raise SettingsError(
            f"Postgres at {_without_password(url)} gives no connection: {_reason(error, url)}"
        ) from None
    version = connection.info.server_version // 10000
    if version < OLDEST_VERSION:
        connection.close()
        raise SettingsError(
            f"Postgres at {_without_password(url)} is version {version}: the warehouse needs {OLDEST_VERSION} or newer."
        )
    return connection


def _migrated(url: str, metadata_url: str) -> Warehouse:
    with connect(url) as connection:
        migrate(connection)
    return Warehouse(url, metadata_url)


def _ensure_database(server: embedded.ServerAddress, name: str) -> None:
    with connect(server.url("postgres"), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return
        try:
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            # Another command made it in the same moment.
            return


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given address"
    if parts.scheme not in ("postgresql", "postgres"):
        return "the given address"
    return f"{parts.hostname or 'the given address'}{port}{parts.path}"


def _reason(error: psycopg.Error, url: str) -> str:
    """libpq's words, which for a malformed address quote parts of it: then none of them."""
    shape = "it should look like postgresql://user:password@host:5432/database."
    try:
        password = urlsplit(url).password
        _ = urlsplit(url).port
    except ValueError:
        return shape
    if not url.startswith(("postgresql://", "postgres://")):
        return shape
    words = " ".join(str(error).split())
    for secret in (password, unquote(password)) if password else ():
        words = words.replace(secret, "***")
    return words
