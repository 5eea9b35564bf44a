"""The reader of what is published reaches `marts` and nothing else, also after a rebuild."""

from __future__ import annotations

import json
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.conftest import TestWarehouse, fresh_warehouse

from aim.publish.role_passwords import PASSWORD_FILE
from aim.publish.roles import ensure_roles, logins, url_of
from aim.settings import Settings, SettingsError
from aim.warehouse import embedded
from aim.warehouse.connect import Warehouse, metadata, warehouse
from aim.warehouse.embedded import ServerAddress


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
        "grant select on core.indicator_values to aim_sav_13",
        "grant usage on schema identity to aim_sav_13",
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
        for statement in ("table core.indicator_values", "table identity.child_key"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                municipal.execute(statement.encode())


def test_there_is_no_address_for_an_unknown_role(house: TestWarehouse) -> None:
    with pytest.raises(SettingsError, match="no role postgres"):
        url_of(house.settings, "postgres")


def test_on_the_embedded_server_the_reader_enters_no_other_database() -> None:
    path = Path(tempfile.mkdtemp(prefix="aim-roles-"))
    path.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(path / "home")})
    try:
        with warehouse(settings) as house, metadata(settings):
            ensure_roles(house, settings)
            address = url_of(settings, "aim_bi")
            psycopg.connect(address).close()
            for database in ("airflow", "postgres"):
                with pytest.raises(psycopg.OperationalError, match="CONNECT"):
                    psycopg.connect(address.rpartition("/")[0] + f"/{database}")
        assert url_of(settings, "aim_bi") == address
    finally:
        embedded.remove(settings)
        shutil.rmtree(path)
