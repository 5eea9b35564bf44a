"""Who may read and write what in the warehouse: its database roles, their logins, and what each reaches (`grants.sql`).

Roles of the pipeline: aim_loader lands and checks, aim_transformer builds, aim_publisher releases, aim_mailer writes to
providers. Roles of people: aim_operator (ledger and findings), aim_analyst (`core` of the whole nation),
aim_municipality (`core`, rows of the own municipality: each municipality has its login aim_sav_<code>, the role itself
cannot log in), aim_bi (`marts` alone).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql as compose

from aim.contracts.reference import read_reference
from aim.settings import Settings, SettingsError
from aim.warehouse.connect import Warehouse, warehouse_url
from aim.warehouse.migrate import MIGRATIONS
from aim.warehouse.role_passwords import password_of, passwords, verifier
from aim.warehouse.sql import load

PIPELINE_ROLES = ("aim_loader", "aim_transformer", "aim_publisher", "aim_mailer")
PEOPLES_ROLES = ("aim_operator", "aim_analyst", "aim_bi")
MUNICIPALITY = "aim_municipality"
"""Carries the rights of the municipal logins; cannot log in."""
_MUNICIPAL_LOGIN = "aim_sav_"
_ATTRIBUTES = ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication", "rolbypassrls")
"""What none of our logins may have, as pg_roles names it."""
_PATIENCE = {"idle_in_transaction_session_timeout": "10min", "statement_timeout": "30min"}
"""A build waits for whoever still reads the table it makes anew: a reader who forgot it is sent away after a while."""
MAINTAIN_SINCE = 170000
"""The server version from which on others than a table's owner may be let analyze it."""
_ONE_AT_A_TIME = 7_246_018_317
"""Key of the advisory lock; any number nobody else uses."""


def municipal_login(municipality_code: str) -> str:
    """The login role of a municipality, `aim_sav_13` for example: the row security reads the code from this name."""
    return f"{_MUNICIPAL_LOGIN}{municipality_code}"


def logins(settings: Settings) -> tuple[str, ...]:
    """Every role that logs in: of the pipeline, of people, of each municipality. Raises ReferenceFileError."""
    return (*PIPELINE_ROLES, *PEOPLES_ROLES, *_municipal_logins(settings))


def ensure_roles(warehouse: Warehouse, settings: Settings) -> None:
    """Make the logins that are missing and put everybody's rights as they should be, whatever they were; idempotent.

    Passwords lie in AIM_HOME (`roles.json`, mode 600); the server is given only their SCRAM verifiers. Run as the
    warehouse's own user. Raises SettingsError where that user may not make a role.
    """
    wanted = logins(settings)
    with (
        passwords(settings, wanted) as (known, fresh),
        warehouse.connect() as connection,
        connection.transaction(),
    ):
        connection.execute("select pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
        try:
            _ensure_logins(connection, {role: known[role] for role in wanted}, fresh)
            _settle_memberships(connection, wanted, _municipal_logins(settings))
        except psycopg.errors.InsufficientPrivilege:
            raise SettingsError(
                "The warehouse's user may not make or change its roles (aim_loader, aim_bi and so on): "
                "let an administrator give it CREATEROLE, or drop those roles where another user made them."
            ) from None
        _settle_owners(connection)
        _grant(connection, _municipal_logins(settings))
        _close_databases(connection, wanted, whole_server=settings.warehouse_url is None)


def url_of(settings: Settings, role: str) -> str:
    """The warehouse's address for `role`, password included; starts nothing.

    Raises SettingsError where the role is unknown or not made yet.
    """
    if role not in logins(settings):
        named = ", ".join((*PEOPLES_ROLES, *PIPELINE_ROLES))
        raise SettingsError(
            f"There is no role {role}: the warehouse has {named}, and {_MUNICIPAL_LOGIN}<code> for each municipality."
        )
    password = password_of(settings, role)
    parts = urlsplit(warehouse_url(settings))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{host}"))


def _municipal_logins(settings: Settings) -> tuple[str, ...]:
    return tuple(municipal_login(code) for code in sorted(read_reference(settings.reference).municipalities))


def _ensure_logins(connection: psycopg.Connection, wanted: dict[str, str], fresh: set[str]) -> None:
    rows = connection.execute("select rolname, rolcanlogin from pg_roles where rolname = any(%s)", (list(wanted),))
    can_log_in: dict[str, bool] = dict(rows.fetchall())
    for role, password in wanted.items():
        if role not in can_log_in:
            connection.execute(compose.SQL("create role {}").format(compose.Identifier(role)))
        if role in fresh or not can_log_in.get(role):
            connection.execute(
                compose.SQL("alter role {} with login password {}").format(
                    compose.Identifier(role), compose.Literal(verifier(connection, role, password))
                )
            )
            for setting, longest in () if role in PIPELINE_ROLES else _PATIENCE.items():
                connection.execute(
                    compose.SQL("alter role {} set {} = {}").format(
                        compose.Identifier(role), compose.Identifier(setting), compose.Literal(longest)
                    )
                )
    for attribute in _ATTRIBUTES:
        holders = connection.execute(
            compose.SQL("select rolname from pg_roles where {} and rolname = any(%s)").format(
                compose.Identifier(attribute)
            ),
            ([*wanted, MUNICIPALITY],),
        ).fetchall()
        for (role,) in holders:
            without = "nosuperuser" if attribute == "rolsuper" else attribute.replace("rol", "no", 1)
            connection.execute(compose.SQL("alter role {} " + without).format(compose.Identifier(role)))


def _settle_memberships(
    connection: psycopg.Connection, wanted: Iterable[str], municipal_logins: tuple[str, ...]
) -> None:
    for login in municipal_logins:
        connection.execute(
            compose.SQL("grant {} to {}").format(compose.Identifier(MUNICIPALITY), compose.Identifier(login))
        )
    foreign = connection.execute(
        load(__file__, "foreign_memberships.sql"),
        {"logins": [*wanted, MUNICIPALITY], "municipal_logins": list(municipal_logins)},
    ).fetchall()
    for member, belongs_to in foreign:
        connection.execute(
            compose.SQL("revoke {} from {}").format(compose.Identifier(belongs_to), compose.Identifier(member))
        )


def _grant(connection: psycopg.Connection, municipal_logins: tuple[str, ...]) -> None:
    direct = connection.execute(
        load(__file__, "direct_rights.sql"), {"municipal_logins": list(municipal_logins)}
    ).fetchall()
    holders = _names((*PIPELINE_ROLES, *PEOPLES_ROLES, MUNICIPALITY, *(role for (role,) in direct)))
    for (name,) in connection.execute(load(__file__, "schemas.sql")).fetchall():
        schema = compose.Identifier(name)
        connection.execute(compose.SQL("revoke all on schema {} from public, {}").format(schema, holders))
        if name == "public":
            # What lies there belongs to extensions, not to us; without the schema it cannot be named.
            continue
        for statement in (
            "revoke all on all tables in schema {} from public, {}",
            "revoke all on all sequences in schema {} from public, {}",
            "revoke all on all routines in schema {} from public, {}",
        ):
            connection.execute(compose.SQL(statement).format(schema, holders))
    connection.execute(load(__file__, "grants.sql"))
    connection.execute(load(__file__, "close_doors.sql"))
    owner = connection.execute("select current_user").fetchone()
    assert owner is not None
    connection.execute(load(__file__, "default_grants.sql").format(makers=_names((owner[0], "aim_transformer"))))
    _grant_tables(connection, "insert, update, delete", "aim_publisher", _published_tables())
    if connection.info.server_version >= MAINTAIN_SINCE:
        _grant_tables(connection, "maintain", "aim_publisher", _published_tables())
    _grant_tables(connection, "select", "aim_publisher", ["staging.stg_parameters"])
    _grant_tables(connection, "insert, update, delete", "aim_mailer", ["ops.mail%"])
    for table, reader in connection.execute(load(__file__, "secured_tables.sql")).fetchall():
        _grant_tables(connection, "select", reader, [f"core.{table}"])


def _grant_tables(connection: psycopg.Connection, rights: LiteralString, role: str, names: list[str]) -> None:
    """Grant rights on those tables that are there; `%` in a name stands for any words."""
    statement = compose.SQL("grant " + rights + " on {} to {}")
    for table in connection.execute(load(__file__, "tables_of.sql"), {"names": names}).fetchall():
        connection.execute(statement.format(compose.Identifier(*table), compose.Identifier(role)))


def _published_tables() -> list[str]:
    """The tables of core and marts that migrations make: what is published, which only the publisher writes."""
    files = sorted(MIGRATIONS.glob("*.sql"))
    made = re.findall(r"create table ((?:core|marts)\.\w+)", "".join(file.read_text("utf-8") for file in files))
    return [str(name) for name in made]


def _settle_owners(connection: psycopg.Connection) -> None:
    """Give tables to the part of the pipeline that makes them; the warehouse's user stays able to do all it did."""
    me = connection.execute("select current_user, rolsuper from pg_roles where rolname = current_user").fetchone()
    assert me is not None
    for role in ("aim_loader", "aim_transformer"):
        if not me[1]:
            connection.execute(
                compose.SQL("grant {} to {}").format(compose.Identifier(role), compose.Identifier(me[0]))
            )
    connection.execute("grant create, usage on schema staging, quality, ops to aim_loader")
    connection.execute("grant create, usage on schema staging, reference, intermediate, core, marts to aim_transformer")
    others = connection.execute(load(__file__, "owners.sql"), {"migrated": _published_tables()}).fetchall()
    for schema, relation, owner in others:
        connection.execute(
            compose.SQL("alter table {} owner to {}").format(
                compose.Identifier(schema, relation), compose.Identifier(owner)
            )
        )


def _close_databases(connection: psycopg.Connection, wanted: Iterable[str], *, whole_server: bool) -> None:
    """Our logins enter the warehouse alone: on a server of our own no other database, Airflow's neither."""
    database = compose.Identifier(connection.info.dbname)
    roles = _names(wanted)
    if whole_server:
        others = connection.execute("select datname from pg_database where datallowconn order by datname").fetchall()
        for (name,) in others:
            connection.execute(
                compose.SQL("revoke all on database {} from public, {}").format(compose.Identifier(name), roles)
            )
    owns = connection.execute(
        "select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()"
    ).fetchone()
    if owns is None or not owns[0]:
        # Somebody else decides who enters it; by default everybody does.
        return
    connection.execute(compose.SQL("revoke all on database {} from public, {}").format(database, roles))
    connection.execute(compose.SQL("grant connect on database {} to {}").format(database, roles))
    connection.execute(compose.SQL("grant temporary on database {} to {}").format(database, _names(PIPELINE_ROLES)))


def _names(roles: Iterable[str]) -> compose.Composed:
    return compose.SQL(", ").join(map(compose.Identifier, roles))
