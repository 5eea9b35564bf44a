"""The reader of what is published reaches `marts` and nothing else, also after a rebuild."""

from __future__ import annotations

import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from aim.publish.roles import PASSWORD_FILE, ensure_roles, url_of
from aim.settings import Settings, SettingsError
from aim.warehouse import embedded
from aim.warehouse.connect import Warehouse, metadata, warehouse


@pytest.fixture
def house(warehouse: Any) -> Any:
    ensure_roles(Warehouse(warehouse.url, warehouse.url), warehouse.settings)
    return warehouse


def as_reader(house: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(url_of(house.settings, "aim_bi"), autocommit=True)


def refused(house: Any, statement: str) -> bool:
    with as_reader(house) as reader:
        try:
            reader.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def test_the_reader_reads_marts(house: Any) -> None:
    with as_reader(house) as reader:
        assert reader.execute("select count(*) from marts.indicator_values").fetchone() == (0,)


def test_the_reader_asks_what_was_published_on_a_day(house: Any) -> None:
    with as_reader(house) as reader:
        assert reader.execute("select * from marts.as_published(date '2018-11-30')").fetchall() == []
    assert refused(house, "select * from core.as_published(date '2018-11-30')")


@pytest.mark.parametrize(
    "schema", ["core", "staging", "ops", "identity", "quality", "reference", "intermediate", "public", "new_by_dbt"]
)
def test_the_reader_is_refused_everywhere_else(house: Any, schema: str) -> None:
    house.connection.execute(f"create schema if not exists {schema}")
    house.connection.execute(f"create table {schema}.something (i int)")
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
def test_the_reader_changes_nothing(house: Any, statement: str) -> None:
    assert refused(house, statement)


def test_a_view_made_again_in_marts_is_readable_and_what_is_under_it_is_not(house: Any) -> None:
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


def test_rights_that_were_given_by_hand_are_taken_back(house: Any) -> None:
    house.connection.execute("grant usage on schema core to aim_bi")
    house.connection.execute("grant select on core.indicator_values to public")
    house.connection.execute("grant insert on marts.indicator_values to aim_bi")
    assert not refused(house, "select * from core.indicator_values")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert refused(house, "select * from core.indicator_values")
    assert refused(house, "insert into marts.indicator_values default values")


def test_the_password_stays_and_is_shown_to_its_owner_alone(house: Any) -> None:
    address = url_of(house.settings, "aim_bi")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert url_of(house.settings, "aim_bi") == address
    assert stat.S_IMODE((house.settings.home / PASSWORD_FILE).stat().st_mode) == 0o600


def test_a_lost_password_is_made_anew(house: Any) -> None:
    former = url_of(house.settings, "aim_bi")
    (house.settings.home / PASSWORD_FILE).unlink()
    with pytest.raises(SettingsError, match="aim nightly"):
        url_of(house.settings, "aim_bi")
    ensure_roles(Warehouse(house.url, house.url), house.settings)
    assert url_of(house.settings, "aim_bi") != former
    with as_reader(house) as reader:
        assert reader.execute("select current_user").fetchone() == ("aim_bi",)


def test_there_is_no_address_for_an_unknown_role(house: Any) -> None:
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
