"""Who may read what is published: the database role `aim_bi`, made with a generated password, and what it reaches."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql as compose

from aim.settings import Settings, SettingsError
from aim.warehouse.connect import Warehouse, warehouse_url

READER = "aim_bi"
"""Reads schema `marts` and reaches nothing else."""
PASSWORD_FILE = "roles.json"
_ONE_AT_A_TIME = 7_246_018_317
"""Key of the advisory lock; any number nobody else uses."""


def ensure_roles(warehouse: Warehouse, settings: Settings) -> None:
    """Make `aim_bi` and put its rights as they should be, whatever they were; idempotent.

    Its password lies in AIM_HOME (`roles.json`, mode 600); the server is given only its SCRAM verifier. Run as the
    user that builds `marts`: what that user makes there later is readable too. Raises SettingsError where the
    warehouse's user may not make the role.
    """
    with _passwords(settings) as (passwords, is_new), warehouse.connect() as connection, connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
        _ensure_login(connection, passwords[READER], is_new)
        _grant(connection)
        if settings.warehouse_url is None:
            _close_databases(connection)


def url_of(settings: Settings, role: str) -> str:
    """The warehouse's address for `role`, password included; starts nothing.

    Raises SettingsError where the role is unknown or not made yet.
    """
    if role != READER:
        raise SettingsError(f"There is no role {role}: the warehouse has {READER}.")
    path = settings.home / PASSWORD_FILE
    if not path.exists():
        raise SettingsError(f"The role {role} is made by the first night: run `aim nightly`.")
    password = _read(path)[role]
    parts = urlsplit(warehouse_url(settings))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{host}"))


def _ensure_login(connection: psycopg.Connection, password: str, is_new: bool) -> None:
    role = compose.Identifier(READER)
    known = connection.execute("select from pg_roles where rolname = %s", (READER,)).fetchone() is not None
    try:
        if not known:
            connection.execute(compose.SQL("create role {} login noinherit").format(role))
        if is_new or not known:
            verifier = connection.pgconn.encrypt_password(password.encode(), READER.encode(), b"scram-sha-256").decode()
            connection.execute(
                compose.SQL("alter role {} with login noinherit password {}").format(role, compose.Literal(verifier))
            )
    except psycopg.errors.InsufficientPrivilege:
        raise SettingsError(
            f"The warehouse's user may not make the role {READER}: let an administrator give it CREATEROLE."
        ) from None


def _grant(connection: psycopg.Connection) -> None:
    role = compose.Identifier(READER)
    schemas = connection.execute(
        r"select nspname from pg_namespace"
        r" where nspname !~ '^pg_' and nspname <> 'information_schema' and pg_has_role(nspowner, 'usage')"
        r" order by nspname"
    ).fetchall()
    for (name,) in schemas:
        schema = compose.Identifier(name)
        connection.execute(compose.SQL("revoke all on schema {} from public, {}").format(schema, role))
        if name == "public":
            # What lies there belongs to extensions, not to us; without the schema it cannot be named.
            continue
        for statement in (
            "revoke all on all tables in schema {} from public, {}",
            "revoke all on all sequences in schema {} from public, {}",
            "revoke all on all routines in schema {} from public, {}",
        ):
            connection.execute(compose.SQL(statement).format(schema, role))
    for statement in (
        "grant usage on schema marts to {}",
        "grant select on all tables in schema marts to {}",
        "grant execute on all routines in schema marts to {}",
        # A table or view that dbt drops and makes again bears this grant from its first moment.
        "alter default privileges in schema marts grant select on tables to {}",
    ):
        connection.execute(compose.SQL(statement).format(role))


def _close_databases(connection: psycopg.Connection) -> None:
    """On a server of our own the reader may enter the warehouse alone, not Airflow's database or any other."""
    databases = connection.execute("select datname from pg_database where datallowconn order by datname").fetchall()
    role = compose.Identifier(READER)
    for (name,) in databases:
        connection.execute(
            compose.SQL("revoke all on database {} from public, {}").format(compose.Identifier(name), role)
        )
    connection.execute(
        compose.SQL("grant connect on database {} to {}").format(compose.Identifier(connection.info.dbname), role)
    )


@contextmanager
def _passwords(settings: Settings) -> Iterator[tuple[dict[str, str], bool]]:
    """The passwords by role, and whether they were made just now; kept only if the block ends well."""
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / PASSWORD_FILE
    lock = os.open(settings.home / f"{PASSWORD_FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            yield _read(path), False
            return
        fresh = {READER: secrets.token_urlsafe(24)}
        yield fresh, True
        draft = path.with_name(f"{PASSWORD_FILE}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)
        draft.replace(path)
    finally:
        os.close(lock)


def _read(path: Path) -> dict[str, str]:
    try:
        passwords = json.loads(path.read_text("utf-8"))
        return {READER: str(passwords[READER])}
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{path} cannot be read: delete it, the next night makes a new password.") from None
