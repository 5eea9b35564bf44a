"""Migrations: each once, in order, whole or not at all; on the embedded server and on Postgres 15."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from aim.settings import Settings, SettingsError
from aim.warehouse import connect
from aim.warehouse.embedded import ServerAddress
from aim.warehouse.keeper import free_port
from aim.warehouse.migrate import MIGRATIONS, MigrationError, migrate

DEBIAN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def empty_database(server: ServerAddress) -> Iterator[str]:
    with connect.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute("create database migrations")
        yield server.url("migrations")
        admin.execute("drop database migrations with (force)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "0001_first.sql").write_text("create schema ops; create table ops.one (i int);", "utf-8")
    (made / "0002_second.sql").write_text("insert into ops.one select 5 % 3;", "utf-8")
    return made


def test_each_migration_is_applied_once_and_in_order(empty_database: str, folder: Path) -> None:
    with connect.connect(empty_database) as connection:
        assert migrate(connection, folder) == ["0001_first.sql", "0002_second.sql"]
        assert migrate(connection, folder) == []
        (folder / "0003_third.sql").write_text("insert into ops.one values (3);", "utf-8")
        assert migrate(connection, folder) == ["0003_third.sql"]
        assert connection.execute("select i from ops.one order by i").fetchall() == [(2,), (3,)]


def test_a_changed_migration_is_refused(empty_database: str, folder: Path) -> None:
    with connect.connect(empty_database) as connection:
        migrate(connection, folder)
        (folder / "0002_second.sql").write_text("select 1;", "utf-8")
        with pytest.raises(MigrationError, match=r"0002_second\.sql was changed"):
            migrate(connection, folder)


def test_a_failing_migration_leaves_nothing_of_itself(empty_database: str, folder: Path) -> None:
    (folder / "0003_third.sql").write_text("create table ops.half (i int); select 1/0;", "utf-8")
    with connect.connect(empty_database) as connection:
        with pytest.raises(MigrationError, match=r"0003_third\.sql failed"):
            migrate(connection, folder)
        assert connection.execute("select to_regclass('ops.half')").fetchone() == (None,)
        assert connection.execute("select count(*) from ops.migrations").fetchone() == (2,)


def test_two_commands_migrate_at_once(empty_database: str, folder: Path) -> None:
    (folder / "0001_first.sql").write_text(
        "select pg_sleep(0.3); create schema ops; create table ops.one (i int);", "utf-8"
    )
    applied: list[str] = []

    def run() -> None:
        with connect.connect(empty_database) as connection:
            applied.extend(migrate(connection, folder))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == ["0001_first.sql", "0002_second.sql"]


def test_a_second_visit_finds_everything_there(empty_database: str, settings: Settings) -> None:
    by_url = settings.model_copy(update={"warehouse_url": empty_database, "metadata_url": empty_database})
    for _ in range(2):
        with connect.warehouse(by_url) as warehouse, warehouse.connect() as connection:
            applied = connection.execute("select count(*) from ops.migrations").fetchone()
    assert applied == (len(list(MIGRATIONS.glob("*.sql"))),)
    assert not settings.home.exists()


@pytest.mark.skipif(not DEBIAN.exists(), reason="no Postgres 15 on this machine")
def test_the_migrations_suit_postgres_15(tmp_path: Path, settings: Settings) -> None:
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    place = Path(f"/var/tmp/{tmp_path.name}-{id(tmp_path)}")
    initdb = [*as_user, str(DEBIAN / "initdb"), "-D", str(place), "-A", "trust", "-U", "aim"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    options = f"-h 127.0.0.1 -p {port} -k ''"
    control = [*as_user, str(DEBIAN / "pg_ctl"), "-D", str(place), "-w"]
    try:
        start = [*control, "-l", str(place / "log"), "-o", options, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        url = f"postgresql://aim@127.0.0.1:{port}/postgres"
        by_url = settings.model_copy(update={"warehouse_url": url, "metadata_url": url})
        with connect.warehouse(by_url) as warehouse, warehouse.connect() as connection:
            assert connection.info.server_version // 10000 == 15
            assert connection.execute("select to_regclass('marts.indicator_values')").fetchone() != (None,)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(place, ignore_errors=True)


def test_an_old_postgres_is_refused_in_a_plain_sentence(server: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "OLDEST_VERSION", 99)
    with pytest.raises(SettingsError, match="is version 18: the warehouse needs 99 or newer"):
        connect.connect(server.url("postgres"))


def test_a_wrong_password_is_told_without_it(server: ServerAddress) -> None:
    url = server.url("postgres").replace(server.password, "wrong-s3cret")
    with pytest.raises(SettingsError, match="gives no connection") as raised:
        connect.connect(url)
    assert "s3cret" not in str(raised.value)
    assert not isinstance(raised.value.__cause__, psycopg.Error)
