"""What each role of the warehouse reads of a built one, and what it is refused: tried by logging in as each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from tests.conftest import TestWarehouse

from aim.publish.roles import ensure_roles, logins, url_of
from aim.settings import Settings
from aim.warehouse.connect import Warehouse

MUNICIPALITY, OTHER = "33", "11"
SCHEMAS = ("core", "identity", "intermediate", "marts", "ops", "quality", "reference", "staging")
PEOPLE_READ = {
    "aim_bi": {"marts"},
    "aim_sav_33": {"marts", "core"},
    "aim_analyst": {"marts", "core"},
    "aim_operator": {"marts", "ops", "quality", "reference"},
}
"""Role of people -> the schemas it reads; in core a municipality reads its own rows."""
PIPELINE_NEVER_READS = {
    "aim_loader": {"core", "intermediate", "marts"},
    "aim_transformer": {"identity"},
    "aim_publisher": {"identity"},
    "aim_mailer": {"identity", "staging", "core", "intermediate"},
}
COLLECTION = {"collection_trend", "provider_scorecard", "reporting_rate", "territory_scorecard"}
"""Tables of core without a child, of which mails tell."""
NOBODY_MAY = (
    # Become somebody else, or mightier.
    "set role aim",
    "set role aim_analyst",
    "set role aim_sav_11",
    "set session authorization aim",
    "alter role {me} bypassrls",
    "alter role {me} createrole",
    "grant aim_analyst to {me}",
    "create role other",
    "select * from pg_authid",
    "select * from pg_shadow",
    "table identity.child_key",
    # Turn off what watches over it.
    "set log_min_messages = panic",
    "alter role {me} set log_min_messages = panic",
    "alter system set log_min_messages = panic",
    "alter table core.fct_case disable row level security",
    "alter table core.fct_case no force row level security",
    "drop policy own_rows on core.fct_case",
    "create policy mine on core.fct_case using (true)",
    "alter policy own_rows on core.fct_case using (true)",
    "select ops.note_read('fct_case')",
    "create or replace function core.own_municipality() returns text language sql return '11'",
    "update ops.reads set login = 'aim'",
    "delete from ops.reads",
    "truncate ops.reads",
    "select nextval('ops.reads_read_id_seq')",
    # Look where the tables' contents lie beside them.
    "select * from pg_statistic",
    "select * from pg_largeobject",
    "select pg_read_file('postgresql.conf')",
    "select pg_ls_dir('.')",
    "select lo_import('/etc/passwd')",
    "select lo_create(0)",
    "copy core.fct_case to program 'cat'",
    "copy core.fct_case to '/tmp/fct_case'",
    "create extension dblink",
    "create extension postgres_fdw",
    # Leave something, change something, stand in the way.
    "create schema mine",
    "create database mine",
    "create function public.mine() returns int language sql return 1",
    "create table public.mine (i int)",
    "create view core.mine as select 1 as one",
    "alter table core.fct_case owner to {me}",
    "drop table core.fct_case",
    "select pg_terminate_backend((select min(pid) from pg_stat_activity where usename = 'aim'))",
)
READERS_MAY_NOT = (
    "create temporary table mine (i int)",
    "select pg_advisory_lock(7246018315)",
    "set row_security = off; select count(*) from core.fct_case",
    "select * from core.fct_case for update",
    "do $$ begin lock table core.fct_case in exclusive mode; end $$",
    "insert into core.fct_case select * from core.fct_case",
    "update core.fct_case set municipality_code = '33'",
    "delete from core.fct_case",
    "truncate core.fct_case",
    "delete from core.indicator_values",
    "insert into marts.indicator_values default values",
    "update marts.indicator_values set value = 1",
    "delete from marts.indicator_values",
    "truncate marts.indicator_values",
    "drop table marts.indicator_values",
    "create table marts.mine (i int)",
    "comment on table marts.indicator_values is 'mine'",
)
_REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    # Of an extension that the server does not even have.
    psycopg.errors.FeatureNotSupported,
)


class Roles:
    """A built warehouse with its roles, and its superuser's connection for comparison."""

    def __init__(self, house: TestWarehouse | Any) -> None:
        self.connection: psycopg.Connection[Any] = house.connection
        self.url: str = house.warehouse.url if hasattr(house, "warehouse") else house.url
        self.settings: Settings = house.settings
        ensure_roles(Warehouse(self.url, self.url), self.settings)

    @contextmanager
    def login(self, role: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(url_of(self.settings, role), autocommit=True) as connection:
            yield connection

    def tables(self, schema: str) -> list[str]:
        rows = self.connection.execute(
            "select relname from pg_class where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v')"
            " order by relname",
            (schema,),
        )
        return [row[0] for row in rows.fetchall()]

    def columns(self, table: str) -> set[str]:
        rows = self.connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", (f"core.{table}",)
        )
        return {row[0] for row in rows.fetchall()}


def refusal(connection: psycopg.Connection[Any], statement: str) -> type[Exception] | None:
    """The error that a statement ends with where it is one of rights; None where it is done."""
    try:
        connection.execute(statement.encode())
    except _REFUSALS as error:
        return type(error)
    return None


def everybody_is_held_to_their_own(roles: Roles) -> dict[str, dict[str, int]]:
    """Try all of it; returns, by municipality and table of core, how many rows were read."""
    nobody_does_what_only_the_owner_may(roles)
    schemas_are_closed_to_those_they_are_not_for(roles)
    nothing_is_told_around_the_policies(roles)
    nothing_reads_core_with_the_rights_of_its_maker(roles)
    those_who_read_all_rows_do(roles)
    return {code: municipality_reads_its_own_rows_alone(roles, code) for code in (MUNICIPALITY, OTHER, "13")}


def nobody_does_what_only_the_owner_may(roles: Roles) -> None:
    for role in (*PEOPLE_READ, *PIPELINE_NEVER_READS):
        with roles.login(role) as connection:
            acts = NOBODY_MAY + (READERS_MAY_NOT if role in PEOPLE_READ else ())
            its_own = {"aim_loader": "child_key", "aim_transformer": "core."}.get(role, f"set role {role}")
            done = [act for act in acts if its_own not in act and refusal(connection, act.format(me=role)) is None]
            assert not done, f"{role} did {done}"


def schemas_are_closed_to_those_they_are_not_for(roles: Roles) -> None:
    closed = {role: set(SCHEMAS) - read for role, read in PEOPLE_READ.items()} | PIPELINE_NEVER_READS
    for role, schemas in closed.items():
        with roles.login(role) as connection:
            for schema in schemas:
                told_in_mails = COLLECTION if (role, schema) == ("aim_mailer", "core") else set()
                for table in set(roles.tables(schema)) - told_in_mails:
                    name = sql.Identifier(schema, table)
                    statement = sql.SQL("select from {} limit 1").format(name).as_string()
                    assert refusal(connection, statement), f"{role} reads {schema}.{table}"
    for role, schemas in PEOPLE_READ.items():
        with roles.login(role) as connection:
            for schema in schemas - {"core"}:
                for table in roles.tables(schema):
                    connection.execute(sql.SQL("select from {} limit 1").format(sql.Identifier(schema, table)))


def nothing_reads_core_with_the_rights_of_its_maker(roles: Roles) -> None:
    """No view over a table of core but as its reader, no function but the one that keeps the record."""
    views = roles.connection.execute(
        "select distinct views.oid::regclass::text from pg_class as views"
        " inner join pg_rewrite on pg_rewrite.ev_class = views.oid"
        " inner join pg_depend on pg_depend.objid = pg_rewrite.oid"
        " inner join pg_class as read on pg_depend.refobjid = read.oid"
        " where views.relkind in ('v', 'm') and read.relnamespace = 'core'::regnamespace and read.oid <> views.oid"
        " and not 'security_invoker=true' = any(coalesce(views.reloptions, '{}'))"
    ).fetchall()
    assert views == []
    functions = roles.connection.execute(
        "select oid::regprocedure::text from pg_proc where prosecdef"
        " and pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert functions == [("ops.note_read(text)",)]


def municipality_reads_its_own_rows_alone(roles: Roles, code: str) -> dict[str, int]:
    """Every table of core, whole, against what a superuser finds by asking for the municipality; rows read."""
    read = {}
    with roles.login(f"aim_sav_{code}") as municipal:
        for table in roles.tables("core"):
            digest = sql.SQL(
                "select count(*), md5(string_agg(t::text, '|' order by t::text collate \"C\")) from core.{} as t"
            ).format(sql.Identifier(table))
            own = digest + sql.SQL(" where ") + sql.SQL(own_rows(roles, table))
            expected = roles.connection.execute(own, {"sav": code}).fetchone()
            found = municipal.execute(digest).fetchone()
            assert found == expected, f"core.{table} as aim_sav_{code}"
            read[table] = found[0]
    return read


def those_who_read_all_rows_do(roles: Roles) -> None:
    tables = set(roles.tables("core"))
    for role, read in (("aim_analyst", tables), ("aim_mailer", tables & COLLECTION), ("aim_publisher", tables)):
        with roles.login(role) as reader:
            for table in read:
                count = sql.SQL("select count(*) from core.{}").format(sql.Identifier(table))
                assert reader.execute(count).fetchone() == roles.connection.execute(count).fetchone(), table


def own_rows(roles: Roles, table: str) -> str:
    """What makes a row of a table of core a municipality's own, said here a second time and otherwise."""
    columns = roles.columns(table)
    providers = "select provider_code from core.dim_provider where municipality_code = %(sav)s"
    if table == "dim_child":
        in_fact = "child_id in (select child_id from core.{} where municipality_code = %(sav)s)"
        facts = [table for table in roles.tables("core") if table.startswith("fct_")]
        return " or ".join(
            in_fact.format(fact) for fact in facts if {"child_id", "municipality_code"} <= roles.columns(fact)
        )
    if table.startswith("dim_"):
        return "true"
    if table == "collection_trend":
        return f"level = 'municipality' and code = %(sav)s or level = 'provider' and code in ({providers})"
    if table == "fct_assessment_answer":
        return (
            "exists (select from core.fct_assessment as a where a.provider_code = t.provider_code"
            " and a.assessment_number = t.assessment_number and a.municipality_code = %(sav)s)"
        )
    if table == "fct_check_result":
        return "delivery_id in (select delivery_id from core.fct_delivery where municipality_code = %(sav)s)"
    if "municipality_code" in columns:
        return "municipality_code = %(sav)s"
    if "territory_code" in columns:
        return "territory_code = %(sav)s"
    return f"provider_code in ({providers})"


def nothing_is_told_around_the_policies(roles: Roles) -> None:
    """Functions, errors of a filter, statistics, plans, COPY and others' statements tell a municipality nothing."""
    divides = "select count(*) from core.fct_case where 1 / (case municipality_code when '33' then 1 else 0 end) = 1"
    try:
        roles.connection.execute(divides.encode())
        raise AssertionError("Nobody else has a case: the attack would not be one.")
    except psycopg.errors.DivisionByZero:
        pass
    own = roles.connection.execute("select count(*) from core.fct_case where municipality_code = '33'").fetchone()
    with roles.login("aim_sav_33") as municipal:
        assert municipal.execute(divides.encode()).fetchone() == own
        assert municipal.execute("select count(*) from core.fct_case where municipality_code <> '33'").fetchone() == (
            0,
        )
        with municipal.cursor().copy("copy core.fct_case (municipality_code) to stdout") as copied:
            assert {bytes(line) for line in copied} <= {b"33\n"}
        assert (
            municipal.execute("select count(*) from core.own_providers()").fetchone()
            == roles.connection.execute(
                "select count(*) from core.dim_provider where municipality_code = '33'"
            ).fetchone()
        )
        assert municipal.execute(
            "select count(*) from core.as_published(date '2100-01-01') where territory_code <> '33'"
        ).fetchone() == (0,)
        assert municipal.execute(
            "select count(*) from pg_stats where schemaname in ('core', 'staging', 'identity', 'ops')"
            " and (tablename !~ '^dim_' or tablename = 'dim_child')"
        ).fetchone() == (0,)
        plan = municipal.execute("explain (analyze, verbose) select municipality_code from core.fct_case").fetchall()
        assert "'11'" not in str(plan)
        others = municipal.execute(
            "select count(*) from pg_stat_activity where usename <> current_user and query not like '<insuff%'"
        ).fetchone()
        assert others == (0,)
        # Taking on the role that carries the rights takes on no municipality.
        municipal.execute("set role aim_municipality")
        assert municipal.execute("select count(*) from core.fct_case").fetchone() == (0,)
    unmade = "select count(*) from pg_roles where rolname = any(%s) and (rolsuper or rolbypassrls or rolcreaterole)"
    assert roles.connection.execute(unmade, (list(logins(roles.settings)),)).fetchone() == (0,)
