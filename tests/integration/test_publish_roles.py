"""The warehouse's roles: what readers of `marts` reach, what is taken back, reads of `core` on record."""

from __future__ import annotations

import json
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql as compose
from tests.conftest import TestWarehouse, fresh_warehouse

from aim.orchestration.steps import ensure_tables_and_roles
from aim.publish.roles import ensure_roles, logins, url_of
from aim.settings import Settings, SettingsError
from aim.warehouse import embedded
from aim.warehouse.connect import Warehouse, metadata, warehouse
from aim.warehouse.embedded import ServerAddress
from aim.warehouse.migrate import MigrationError
from aim.warehouse.role_passwords import PASSWORD_FILE


@pytest.fixture(scope="module")
def made(server: ServerAddress, dbt_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestWarehouse]:
    """A warehouse whose roles were made once: seventy passwords take a while."""
    settings = Settings.from_env({"AIM_HOME": str(tmp_path_factory.mktemp("roles") / "home")})
    with fresh_warehouse(server, settings, dbt_folder) as fresh:
        ensure_roles(Warehouse(fresh.url, fresh.url), fresh.settings)
        yield fresh


@pytest.fixture
def house(made: TestWarehouse) -> TestWarehouse:
    """The same with everybody's rights as they should be, whatever a former test did to them."""
    ensure_roles(Warehouse(made.url, made.url), made.settings)
    return made


def as_reader(house: TestWarehouse) -> psycopg.Connection[Any]:
    return psycopg.connect(url_of(house.settings, "aim_bi"), autocommit=True)


def refused(house: TestWarehouse, statement: str) -> bool:
    with as_reader(house) as reader:
        try:
            reader.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def test_the_reader_reads_marts(house: TestWarehouse) -> None:
    with as_reader(house) as reader:
        assert reader.execute("select count(*) from marts.indicator_values").fetchone() == (0,)


def test_the_reader_asks_what_was_published_on_a_day(house: TestWarehouse) -> None:
    with as_reader(house) as reader:
        assert reader.execute("select * from marts.as_published(date '2018-11-30')").fetchall() == []
    assert refused(house, "select * from core.as_published(date '2018-11-30')")


@pytest.mark.parametrize(
    "schema", ["core", "staging", "ops", "identity", "quality", "reference", "intermediate", "public", "new_by_dbt"]
)
def test_the_reader_is_refused_everywhere_else(house: TestWarehouse, schema: str) -> None:
    house.connection.execute(f"create schema if not exists {schema}")
    house.connection.execute(f"create table if not exists {schema}.something (i int)")
    for verb in (
        "table {}.something",
        "insert into {}.something values (1)",
        "create table {}.mine (i int)",
    ):
        assert refused(house, verb.format(schema)), verb


@pytest.mark.parametrize(
    "statement",
    [
        "insert into marts.indicator_values default values",
        "update marts.indicator_values set value = 1",
        "delete from marts.indicator_values",
        "truncate marts.indicator_values",
        "create table marts.mine (i int)",
        "create view marts.mine as select 1 as one",
        "create schema mine",
        "create role other",
        "select * from pg_authid",
        "set role aim",
    ],
)
def test_the_reader_changes_nothing(house: TestWarehouse, statement: str) -> None:
    assert refused(house, statement)


def test_a_view_made_again_in_marts_is_readable_and_what_is_under_it_is_not(house: TestWarehouse) -> None:
    house.connection.execute("create table core.inner_values as select 7 as value")
    for _ in range(2):
        # As dbt does it: made beside, the former dropped, renamed, in one transaction.
        with house.connection.transaction():
            house.connection.execute("create view marts.wide__new as select value from core.inner_values")
            house.connection.execute("drop view if exists marts.wide")
            house.connection.execute("alter view marts.wide__new rename to wide")
        with as_reader(house) as reader:
            assert reader.execute("select value from marts.wide").fetchone() == (7,)
        assert refused(house, "select value from core.inner_values")


def test_the_publisher_analyzes_what_it_publishes_and_readers_do_not(house: TestWarehouse) -> None:
    for role, skipped in (("aim_publisher", 0), ("aim_analyst", 2)):
        said: list[str] = []
        with psycopg.connect(url_of(house.settings, role), autocommit=True) as connection:
            connection.add_notice_handler(lambda notice, said=said: said.append(notice.message_primary))
            connection.execute("analyze core.indicator_values")
            connection.execute("analyze marts.indicator_values")
        # What one may not analyze is skipped with a warning.
        assert len([text for text in said if "permission denied to analyze" in text]) == len(said) == skipped


def test_rights_that_were_given_by_hand_are_taken_back(house: TestWarehouse) -> None:
    house.connection.execute("grant usage on schema core to aim_bi")
    house.connection.execute("grant select on core.indicator_values to public")
    house.connection.execute("grant insert on marts.indicator_values to aim_bi")
    assert not refused(house, "select * from core.indicator_values")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert refused(house, "select * from core.indicator_values")
    assert refused(house, "insert into marts.indicator_values default values")


def test_the_password_stays_and_is_shown_to_its_owner_alone(house: TestWarehouse) -> None:
    address = url_of(house.settings, "aim_bi")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert url_of(house.settings, "aim_bi") == address
    assert stat.S_IMODE((house.settings.home / PASSWORD_FILE).stat().st_mode) == 0o600


def test_a_lost_password_is_made_anew(house: TestWarehouse) -> None:
    former = url_of(house.settings, "aim_bi")
    (house.settings.home / PASSWORD_FILE).unlink()
    with pytest.raises(SettingsError, match="aim nightly"):
        url_of(house.settings, "aim_bi")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert url_of(house.settings, "aim_bi") != former
    with as_reader(house) as reader:
        assert reader.execute("select current_user").fetchone() == ("aim_bi",)


def test_every_municipality_and_every_part_of_the_pipeline_has_a_login(house: TestWarehouse) -> None:
    roles = logins(house.settings)
    assert len([role for role in roles if role.startswith("aim_sav_")]) == 60
    for role in ("aim_sav_13", "aim_sav_91", "aim_loader", "aim_transformer", "aim_publisher", "aim_mailer"):
        assert role in roles
        with psycopg.connect(url_of(house.settings, role)) as connection:
            assert connection.execute("select session_user").fetchone() == (role,)
    with psycopg.connect(url_of(house.settings, "aim_sav_13")) as municipal:
        assert municipal.execute("show idle_in_transaction_session_timeout").fetchone() == ("10min",)
        assert municipal.execute("show statement_timeout").fetchone() == ("30min",)
    with pytest.raises(SettingsError, match="no role aim_municipality"):
        url_of(house.settings, "aim_municipality")
    with pytest.raises(SettingsError, match="aim_sav_<code> for each municipality"):
        url_of(house.settings, "aim_sav_14")


def test_a_home_that_knew_the_reader_alone_keeps_its_password(house: TestWarehouse) -> None:
    path = house.settings.home / PASSWORD_FILE
    reader = json.loads(path.read_text())["aim_bi"]
    path.write_text(json.dumps({"aim_bi": reader}))
    with pytest.raises(SettingsError, match="aim nightly"):
        url_of(house.settings, "aim_sav_13")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert json.loads(path.read_text())["aim_bi"] == reader
    psycopg.connect(url_of(house.settings, "aim_sav_13")).close()


def test_power_given_by_hand_is_taken_back(house: TestWarehouse) -> None:
    for statement in (
        "alter role aim_sav_13 bypassrls createrole createdb superuser replication",
        "grant aim_analyst to aim_sav_13",
        "grant pg_read_all_data to aim_municipality",
        "grant select on ops.deliveries to aim_sav_13",
        "grant usage on schema ops, identity to aim_sav_13",
    ):
        house.connection.execute(statement.encode())
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    mighty = (
        "select rolname from pg_roles where rolname like 'aim\\_%'"
        " and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)"
    )
    assert house.connection.execute(mighty.encode()).fetchall() == []
    belongs = (
        "select groups.rolname from pg_auth_members as m join pg_roles as groups on m.roleid = groups.oid"
        " where m.member in ('aim_sav_13'::regrole, 'aim_municipality'::regrole)"
    )
    assert house.connection.execute(belongs.encode()).fetchall() == [("aim_municipality",)]
    with psycopg.connect(url_of(house.settings, "aim_sav_13"), autocommit=True) as municipal:
        for statement in ("table ops.deliveries", "table identity.child_key"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                municipal.execute(statement.encode())


def test_there_is_no_address_for_an_unknown_role(house: TestWarehouse) -> None:
    with pytest.raises(SettingsError, match="no role postgres"):
        url_of(house.settings, "postgres")


def test_a_table_of_core_without_row_security_is_read_by_the_pipeline_alone(house: TestWarehouse) -> None:
    """One that was built before there was any, or by a hook forgotten: no policy, no right."""
    house.connection.execute("create table core.unsecured as select '13' as municipality_code, 7 as cases")
    house.connection.execute("grant select on core.unsecured to aim_municipality, aim_analyst")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    for role in ("aim_sav_13", "aim_analyst", "aim_operator", "aim_mailer", "aim_loader"):
        with (
            psycopg.connect(url_of(house.settings, role)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("table core.unsecured")
    with psycopg.connect(url_of(house.settings, "aim_transformer")) as transformer:
        assert transformer.execute("table core.unsecured").fetchall() == [("13", 7)]
        transformer.execute("drop table core.unsecured")


@pytest.fixture
def fresh_home() -> Iterator[Settings]:
    """A home whose server is its own, for what concerns the whole server."""
    path = Path(tempfile.mkdtemp(prefix="aim-roles-"))
    path.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(path / "home")})
    try:
        yield settings
    finally:
        embedded.remove(settings)
        shutil.rmtree(path)


def test_a_postgres_of_ones_own_needs_createrole_and_nothing_more(fresh_home: Settings) -> None:
    with embedded.running(fresh_home) as server:
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            admin.execute("create role plain login password 'p'")
            admin.execute("create database plain owner plain")
        own = fresh_home.model_copy(
            update={
                "home": fresh_home.home / "own",
                "warehouse_url": f"postgresql://plain:p@{server.host}:{server.port}/plain",
            }
        )
        with pytest.raises(MigrationError, match="may not make the role aim_loader: let an administrator give"):
            warehouse(own).__enter__()
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            admin.execute("alter role plain createrole")
        with warehouse(own) as house:
            for _ in range(2):
                ensure_tables_and_roles(house, own)
            for role in ("aim_loader", "aim_transformer", "aim_publisher", "aim_mailer", "aim_sav_13", "aim_bi"):
                psycopg.connect(url_of(own, role)).close()
            with house.connect() as owner:
                # It still reads all it did, though row security holds for it and the tables are others'.
                owner.execute("select count(*) from core.indicator_values, staging.atvejai, quality.row_issues")
            with psycopg.connect(url_of(own, "aim_sav_13")) as municipal:
                assert municipal.execute("select count(*) from core.indicator_values").fetchone() == (0,)


def test_on_the_embedded_server_nobody_enters_another_database(fresh_home: Settings) -> None:
    settings = fresh_home
    with warehouse(settings) as house, metadata(settings) as airflow:
        ensure_roles(house, settings)
        with psycopg.connect(airflow) as connection:
            connection.execute("create table mine (i int)")
        for database in ("aim", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="CONNECT"):
                psycopg.connect(airflow.rpartition("/")[0] + f"/{database}")
        with house.connect() as owner:
            assert owner.execute(
                "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = 'aim_airflow'"
            ).fetchone() == (False, False, False, False)
        address = url_of(settings, "aim_bi")
        psycopg.connect(address).close()
        for role in ("aim_bi", "aim_sav_13", "aim_loader"):
            for database in ("airflow", "postgres"):
                with pytest.raises(psycopg.OperationalError, match="CONNECT"):
                    psycopg.connect(url_of(settings, role).rpartition("/")[0] + f"/{database}")
    assert url_of(settings, "aim_bi") == address


@pytest.fixture
def published(house: TestWarehouse) -> TestWarehouse:
    """A value of each of two municipalities in core; nothing read yet."""
    house.connection.execute(
        "truncate ops.reads; truncate core.indicator_values;"
        "insert into ops.runs (clock_date, instant) values ('2019-01-22', now());"
        "insert into ops.releases"
        " (run_id, kind, clock_date, released_at, indicator_periods, values_new, values_changed)"
        " select max(run_id), 'first', '2019-01-22', now(), 1, 2, 0 from ops.runs;"
        "insert into core.indicator_values select 'S01', 'main', '1', 'month', '2018-12-01', '2018-12-31',"
        " 'municipality', code, 'total', 'total', 3, 100, 30, 'promille', 100, 'A', max(release_id), now(), null"
        " from ops.releases, unnest('{13, 11}'::text[]) as code group by code"
    )
    return house


READ = "select territory_code from core.indicator_values where value > 0"


def on_record(house: TestWarehouse) -> list[tuple[str, str, str]]:
    with psycopg.connect(url_of(house.settings, "aim_operator")) as operator:
        found = operator.execute("select login, relation, statement from ops.reads order by read_id").fetchall()
    return [(login, relation, statement) for login, relation, statement in found]


def test_what_people_read_of_core_is_on_record(published: TestWarehouse) -> None:
    for role, seen in (("aim_sav_13", [("13",)]), ("aim_analyst", [("11",), ("13",)])):
        with psycopg.connect(url_of(published.settings, role), autocommit=True, application_name="desk") as reader:
            assert sorted(reader.execute(READ).fetchall()) == seen
    assert on_record(published) == [(role, "indicator_values", READ) for role in ("aim_sav_13", "aim_analyst")]
    assert published.connection.execute(
        "select distinct application, client_address::text, now() - read_at < '1 minute' from ops.reads"
    ).fetchall() == [("desk", "127.0.0.1/32", True)]


@pytest.mark.parametrize(
    "way",
    [
        "copy (select * from core.indicator_values) to stdout",
        "copy core.indicator_values to stdout",
        "select count(*) from core.as_published(date '2100-01-01')",
        "explain (analyze) select * from core.indicator_values",
        "do $$ begin perform * from core.indicator_values; end $$",
        "declare hidden cursor with hold for select * from core.indicator_values; fetch all from hidden",
        "prepare hidden as select * from core.indicator_values; execute hidden",
        "with one as materialized (select * from core.indicator_values limit 1) select from one",
        "select max(value) from core.indicator_values where territory_code = '13' and value > 0",
    ],
)
def test_no_way_of_reading_passes_the_record_by(published: TestWarehouse, way: str) -> None:
    with psycopg.connect(url_of(published.settings, "aim_sav_13"), autocommit=True) as reader:
        if way.startswith("copy"):
            with reader.cursor().copy(way.encode()) as copied:
                assert len(list(copied)) == 1
        else:
            reader.execute(way.encode())
    assert ("aim_sav_13", "indicator_values") in {entry[:2] for entry in on_record(published)}


def test_a_reader_cannot_take_back_that_it_read(published: TestWarehouse) -> None:
    """The row goes with the transaction; its number is missing then, and the server's log holds what was asked."""
    last = published.connection.execute("select last_value from ops.reads_read_id_seq").fetchone()
    with psycopg.connect(url_of(published.settings, "aim_sav_13")) as reader:
        assert reader.execute(READ).fetchall() == [("13",)]
        reader.rollback()
    assert on_record(published) == []
    assert published.connection.execute("select last_value from ops.reads_read_id_seq").fetchone() > last
    told = [line for line in server_log(published).splitlines() if "read of core" in line and READ in line]
    assert told
    assert "by aim_sav_13: indicator_values" in told[-1]


def test_what_is_read_only_reads_nothing(published: TestWarehouse) -> None:
    with psycopg.connect(url_of(published.settings, "aim_sav_13")) as reader:
        reader.read_only = True
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="put on record"):
            reader.execute(READ)
    assert on_record(published) == []


def test_a_personal_code_typed_by_mistake_is_not_put_on_record(published: TestWarehouse) -> None:
    with psycopg.connect(url_of(published.settings, "aim_analyst"), autocommit=True) as reader:
        for code in ("51001019803", "510 0101 9803", "5-10-01-01-980-3"):
            reader.execute(
                compose.SQL("select territory_code from core.indicator_values where value > 0 and unit <> {}").format(
                    compose.Literal(code)
                )
            )
    recorded = str(on_record(published)) + server_log(published)
    assert recorded.count("unit <> '***********'") >= 6
    assert not re.search("9.?8.?0.?3'", recorded)


def test_whoever_is_made_an_analyst_is_on_record_by_name(published: TestWarehouse) -> None:
    try:
        published.connection.execute("create role aim_test_jonas login password 'jonas' in role aim_analyst")
        published.connection.execute(
            compose.SQL("grant connect on database {} to aim_test_jonas").format(
                compose.Identifier(published.connection.info.dbname)
            )
        )
        address = urlsplit(url_of(published.settings, "aim_analyst"))
        host = address.netloc.rpartition("@")[2]
        with psycopg.connect(address._replace(netloc=f"aim_test_jonas:jonas@{host}").geturl()) as jonas:
            jonas.execute("set role aim_analyst")
            assert len(jonas.execute(READ).fetchall()) == 2
        assert [entry[0] for entry in on_record(published)] == ["aim_test_jonas"]
    finally:
        published.connection.execute("drop owned by aim_test_jonas")
        published.connection.execute("drop role aim_test_jonas")


def test_the_loader_analyses_what_it_fills(house: TestWarehouse) -> None:
    """Postgres only warns where it may not, and a table never analysed is joined row by row."""
    warnings: list[str | None] = []
    with psycopg.connect(url_of(house.settings, "aim_loader"), autocommit=True) as loader:
        loader.add_notice_handler(lambda told: warnings.append(told.message_primary))
        for table in ("ops.run_slices", "quality.batch", "quality.row_issues", "quality.code_counts"):
            loader.execute(f"analyze {table}".encode())
        loader.execute("truncate quality.batch, quality.repeated_keys")
        loader.execute("create unlogged table quality.judged (i int)")
        loader.execute("drop table quality.judged")
    assert warnings == []


def test_no_function_over_core_is_run_by_a_parallel_worker(house: TestWarehouse) -> None:
    """What notes a read inserts; a worker may not, and the query would end in an error."""
    found = house.connection.execute(
        "select proname from pg_proc where pronamespace = 'core'::regnamespace"
        " and proparallel <> 'u' and prosrc ~ 'core[.]'"
    ).fetchall()
    assert found == []


def server_log(house: TestWarehouse) -> str:
    """What the embedded server has written, found as its first process holds it open."""
    first = house.connection.execute("select split_part(pg_read_file('postmaster.pid'), chr(10), 1)").fetchone()
    return Path(f"/proc/{first[0]}/fd/2").resolve().read_text("utf-8")
