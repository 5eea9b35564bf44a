"""The embedded Postgres lives as long as somebody uses it, and no longer, whoever is killed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from aim.settings import Settings, SettingsError
from aim.warehouse import connect, embedded, keeper
from aim.warehouse.keeper import ADDRESS_FILE, STATE_FILE, USERS_LOCK, read_cluster

HOLD = """
import sys, time
from aim.settings import Settings
from aim.warehouse.connect import warehouse
with warehouse(Settings.from_env({"AIM_HOME": sys.argv[1]})) as held:
    with held.connect() as connection:
        connection.execute("select 1")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home() -> Iterator[Settings]:
    path = Path(tempfile.mkdtemp(prefix="aim-embedded-"))
    path.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(path / "home")})
    yield settings
    embedded.remove(settings)
    shutil.rmtree(path)


def holder(settings: Settings) -> subprocess.Popen[str]:
    command = subprocess.Popen([sys.executable, "-c", HOLD, str(settings.home)], stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    assert command.stdout.readline() == "held\n"
    return command


def said_by_keeper(settings: Settings) -> dict[str, int]:
    said: dict[str, int] = json.loads((settings.home / STATE_FILE).read_bytes())
    return said


def lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def gone(settings: Settings, kept: dict[str, int]) -> bool:
    return (
        not lives(kept["pid"])
        and not lives(kept["server"])
        and not (read_cluster(settings.home).data / "postmaster.pid").exists()
    )


def works(settings: Settings) -> bool:
    with connect.warehouse(settings) as warehouse, warehouse.connect() as connection:
        return connection.execute("select count(*) from ops.runs").fetchone() == (0,)


def test_the_server_stops_when_its_last_user_leaves(home: Settings) -> None:
    with connect.warehouse(home):
        kept = said_by_keeper(home)
        with connect.warehouse(home):
            pass
        time.sleep(1)
        assert lives(kept["server"])
    assert eventually(lambda: gone(home, kept))


def test_its_address_is_known_before_and_after_and_starts_nothing(home: Settings) -> None:
    told = connect.warehouse_url(home)
    assert not (home.home / "postgres" / "data").exists()
    with connect.warehouse(home) as warehouse:
        assert warehouse.url == told
        assert warehouse.metadata_url == told.removesuffix("/aim") + "/airflow"
    assert connect.warehouse_url(home) == told
    assert stat.S_IMODE((home.home / ADDRESS_FILE).stat().st_mode) == 0o600


def test_metadata_lie_in_a_database_of_their_own(home: Settings) -> None:
    with connect.warehouse(home), connect.metadata(home) as url, connect.connect(url) as connection:
        assert connection.info.dbname == "airflow"


def test_a_taken_port_is_chosen_anew(home: Settings) -> None:
    port = embedded.address(home).port
    with socket.create_server(("127.0.0.1", port)), connect.warehouse(home) as warehouse:
        assert f":{port}/" not in warehouse.url
        assert connect.warehouse_url(home) == warehouse.url


@pytest.mark.parametrize("victim", ["command", "pid", "server"])
def test_whoever_is_killed_nothing_stays_and_the_next_command_works(home: Settings, victim: str) -> None:
    command = holder(home)
    kept = said_by_keeper(home)
    try:
        os.kill(command.pid if victim == "command" else kept[victim], signal.SIGKILL)
        assert works(home)
    finally:
        command.kill()
        command.wait()
    assert eventually(lambda: gone(home, kept))
    assert works(home)


def test_a_server_that_lasted_is_started_again_by_its_keeper(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LASTED_SECONDS", 0)
    embedded.address(home)
    users = os.open(home.home / USERS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    kept = os.fork()
    if kept == 0:
        os.closerange(3, 256)
        os._exit(keeper.Keeper(home.home).run())
    try:
        with connect.warehouse(home) as warehouse:
            first = said_by_keeper(home)["server"]
            os.kill(first, signal.SIGKILL)
            assert eventually(lambda: said_by_keeper(home).get("server", first) != first)
            assert works(home)
            assert said_by_keeper(home)["pid"] == kept
            assert connect.warehouse_url(home) == warehouse.url
    finally:
        os.close(users)
        os.waitpid(kept, 0)


def test_a_server_that_dies_at_once_is_not_started_again(home: Settings) -> None:
    command = holder(home)
    kept = said_by_keeper(home)
    try:
        os.kill(kept["server"], signal.SIGKILL)
        assert eventually(lambda: not lives(kept["pid"]))
        assert "soon after its start" in str(said_by_keeper(home)["reason"])
    finally:
        command.kill()
        command.wait()


def test_many_commands_come_and_go_at_once(home: Settings) -> None:
    once = HOLD.replace("time.sleep(60)", "time.sleep(float(sys.argv[2]))")
    commands = [
        subprocess.Popen([sys.executable, "-c", once, str(home.home), str(delay)], stdout=subprocess.DEVNULL)
        for delay in (0, 0.3, 0.35, 0.6)
    ]
    assert [command.wait(60) for command in commands] == [0, 0, 0, 0]
    for _ in range(3):
        assert works(home)
        time.sleep(0.35)


def test_a_stale_lock_file_of_a_killed_server_is_no_hindrance(home: Settings) -> None:
    assert works(home)
    data = read_cluster(home.home).data
    assert eventually(lambda: not (data / "postmaster.pid").exists())
    # The number of a living process that is no Postgres.
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n0\n1\n\n\n\nready\n", "ascii")
    assert works(home)


def test_a_killed_initdb_is_begun_again(home: Settings) -> None:
    embedded.address(home)
    half = read_cluster(home.home).folder / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n", "ascii")
    assert works(home)


def test_the_log_holds_no_values(home: Settings) -> None:
    secret = "49012319800"
    with connect.warehouse(home) as warehouse, warehouse.connect(autocommit=True) as connection:
        connection.execute("create table ops.once (code text primary key)")
        for statement in (
            f"select '{secret}-x'::int",
            f"select 1/0, '{secret}'",
            f"with twice (code) as (values ('{secret}'), ('{secret}')) insert into ops.once table twice",
            f"do $$ begin raise exception 'row {secret}'; end $$",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())
        with pytest.raises(psycopg.Error):
            connection.execute("select %s::date", [secret])
        connection.execute("create table ops.n (i int)")
        with pytest.raises(psycopg.Error), connection.cursor().copy("copy ops.n from stdin") as copy:
            copy.write(f"{secret}y\n")
    for log in (home.home / "logs").iterdir():
        assert secret not in log.read_text("utf-8")


def test_a_server_that_cannot_start_says_so(home: Settings) -> None:
    embedded.address(home)
    saved = json.loads((home.home / ADDRESS_FILE).read_text("utf-8"))
    saved["settings"] = {"shared_buffers": "nonsense"}
    (home.home / ADDRESS_FILE).write_text(json.dumps(saved), "utf-8")
    with pytest.raises(embedded.ServerError, match="did not start"), connect.warehouse(home):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another user")
def test_root_under_a_closed_home(home: Settings) -> None:
    home.home.parent.chmod(0o700)
    assert works(home)
    folder = read_cluster(home.home).folder
    assert folder.is_relative_to("/var/lib")
    embedded.remove(home)
    assert not folder.exists()


def test_a_closed_server_installation_is_copied(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_can_be_reached", lambda path: path.name != "postgres")
    assert works(home)
    expected = read_cluster(home.home).folder if os.geteuid() == 0 else embedded._installation()
    assert read_cluster(home.home).programs.is_relative_to(expected)


def test_no_user_to_run_as_is_a_plain_sentence(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(embedded, "OS_USER", "no such user")
    with pytest.raises(SettingsError, match="set AIM_WAREHOUSE"):
        embedded.address(home)
