"""What tests may ask for.

settings    Settings of a fresh AIM_HOME in the test's own folder; no server, settle_seconds 0.
server      the embedded Postgres of the whole test session (ServerAddress), started by the first who asks.
warehouse   TestWarehouse: a fresh, migrated database on `server`, dropped afterwards: .settings (its
            AIM_WAREHOUSE points there), .url, .connection (psycopg, autocommit), .connect(**options).

Tests under tests/unit reach no network: opening a socket fails there.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg import sql

from aim.publish.roles import ensure_roles
from aim.settings import Settings
from aim.warehouse import connect, dbt, embedded, migrate
from tests.quick_server import without_waiting_for_the_disk

UNIT = Path(__file__).parent / "unit"

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("aim", deadline=None)
hypothesis.settings.load_profile("aim")


@dataclass(frozen=True)
class TestWarehouse:
    """A migrated database of one test."""

    __test__ = False

    settings: Settings
    url: str
    connection: psycopg.Connection[Any]

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A further connection."""
        return connect.connect(self.url, **options)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"AIM_HOME": str(tmp_path / "home"), "AIM_SETTLE_SECONDS": "0"})


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.ServerAddress]:
    # Not under pytest's own folder: that is closed to the user Postgres runs as when tests run as root.
    home = Path(tempfile.mkdtemp(prefix="aim-tests-"))
    home.chmod(0o711)
    session = Settings.from_env({"AIM_HOME": str(home)})
    without_waiting_for_the_disk(session)
    try:
        with embedded.running(session) as address:
            with connect.connect(address.url("postgres"), autocommit=True) as connection:
                connection.execute("create database aim_template template template0")
            with connect.connect(address.url("aim_template")) as connection:
                migrate.migrate(connection)
            # What is built names them in its policies; they are the whole server's.
            url = address.url("aim_template")
            ensure_roles(connect.Warehouse(url, url), session)
            yield address
        embedded.remove(session)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def dbt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture
def warehouse(server: embedded.ServerAddress, settings: Settings, dbt_folder: Path) -> Iterator[TestWarehouse]:
    with fresh_warehouse(server, settings, dbt_folder) as fresh:
        yield fresh


@contextmanager
def fresh_warehouse(server: embedded.ServerAddress, settings: Settings, dbt_folder: Path) -> Iterator[TestWarehouse]:
    """What `warehouse` gives, for a fixture that outlives one test; one at a time."""
    # Of one name, with one folder for dbt: it reads its whole project anew for another database or folder.
    name = "test"
    database = sql.Identifier(name)
    with (
        pytest.MonkeyPatch.context() as patch,
        connect.connect(server.url("postgres"), autocommit=True) as admin,
    ):
        patch.setattr(dbt, "state_folder", lambda _: dbt_folder)
        admin.execute(sql.SQL("create database {} template aim_template").format(database))
        try:
            url = server.url(name)
            with connect.connect(url, autocommit=True) as connection:
                yield TestWarehouse(settings.model_copy(update={"warehouse_url": url}), url, connection)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(database))


@pytest.fixture(autouse=True)
def _no_network_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.path.is_relative_to(UNIT):
        return

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("A unit test opened a network connection; such a test belongs to tests/integration.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    # libpq opens its own sockets, past Python's.
    monkeypatch.setattr(psycopg, "connect", refuse)
