"""Is a night that was killed in each of its stages, and run again, the same as one that was not?"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from aim.ledger import contacts
from aim.settings import Settings
from aim.warehouse.connect import connect, warehouse
from aim.warehouse.keeper import read_cluster
from tests.acceptance import canaries
from tests.acceptance.nights import CLOCK, STEPS, NightHome, differences, end_state, import_all, night_home, small_inbox
from tests.acceptance.registries import since, write_registry
from tests.living import eventually, processes


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a person planted wherever files go wrong."""
    made = small_inbox(tmp_path_factory.mktemp("sample"))
    canaries.plant(made)
    return made


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One secret for all nights: tokens are compared by the HMAC they are found under."""
    return tmp_path_factory.mktemp("secret") / "secret.json"


def _home(folder: Path, inbox: Path, secret: Path) -> NightHome:
    shutil.copytree(inbox, folder / "inbox")
    registry = folder / "registry.csv"
    write_registry(registry, since(date(2018, 11, 1), vda=date(2017, 1, 1)))
    home = night_home(folder, AIM_SECRET_FILE=str(secret), AIM_REGISTRY=str(registry))
    with warehouse(home.settings) as house, house.connect() as connection:
        contacts.import_contacts(connection, folder / "inbox" / "contacts.csv")
    return home


def _state(settings: Settings) -> dict[str, list[str]]:
    with warehouse(settings) as house, house.connect() as connection:
        return end_state(connection)


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, inbox: Path, secret: Path
) -> tuple[dict[str, list[str]], dict[str, float]]:
    """The end state of a night nobody disturbed, and how long each step took."""
    home = _home(tmp_path_factory.mktemp("undisturbed") / "home", inbox, secret)
    seconds: dict[str, float] = {}
    import_all()
    with warehouse(home.settings):
        run_id = home.open_night()
        for call in STEPS:
            begun = time.monotonic()
            home.finish(call, run_id)
            seconds[call] = time.monotonic() - begun
        return _state(home.settings), seconds


SHARE = 0.5
"""How much of its time a step is given before it is killed; a process of its own is a little quicker than the first."""


def test_a_night_killed_in_each_step_ends_as_if_it_had_not_been(
    undisturbed: tuple[dict[str, list[str]], dict[str, float]],
    inbox: Path,
    secret: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    expected, seconds = undisturbed
    assert [table for table, rows in expected.items() if not rows] == []
    home = _home(tmp_path_factory.mktemp("killed") / "home", inbox, secret)
    with warehouse(home.settings):
        run_id = home.open_night()
        for call in STEPS:
            process = home.step(call, run_id)
            time.sleep(seconds[call] * SHARE)
            process.kill()
            process.join()
            home.finish(call, run_id)
        assert differences(_state(home.settings), expected) == {}


@pytest.mark.airflow
@pytest.mark.timeout(900)
def test_a_night_through_airflow_whose_command_and_postgres_were_killed_ends_the_same(
    undisturbed: tuple[dict[str, list[str]], dict[str, float]],
    inbox: Path,
    secret: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    expected, _ = undisturbed
    home = _home(tmp_path_factory.mktemp("through_airflow") / "home", inbox, secret)

    codes = canaries.codes_in(inbox)
    assert len(codes) > 500
    said: list[str] = []

    def nightly() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "aim", "nightly", "--date", CLOCK],
            env=home.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(process: subprocess.Popen[str], line: str) -> None:
        assert process.stdout is not None
        for told_line in process.stdout:
            said.append(told_line)
            if told_line.strip() == line:
                return
        pytest.fail(f"never said {line!r}: {''.join(said)[-2000:]}")

    killed = nightly()
    until(killed, "land: running")
    time.sleep(2)
    killed.kill()
    killed.wait()
    assert eventually(lambda: not processes(home.settings)), processes(home.settings)

    hurt = nightly()
    until(hurt, "build_core: running")
    postmaster = read_cluster(home.settings.home).data / "postmaster.pid"
    os.kill(int(postmaster.read_text("utf-8").split()[0]), signal.SIGKILL)
    said.append(hurt.communicate(timeout=300)[0])
    assert eventually(lambda: not processes(home.settings)), processes(home.settings)

    last = nightly()
    told, _ = last.communicate(timeout=400)
    assert last.returncode == 0, told[-2000:]
    said.append(told)
    assert eventually(lambda: not processes(home.settings)), processes(home.settings)
    assert differences(_state(home.settings), expected) == {}
    assert_that_nobody_is_told(home.settings, codes, "".join(said))


def assert_that_nobody_is_told(settings: Settings, codes: set[bytes], said: str) -> None:
    """Outside the encrypted archive no child's code stands anywhere, and the planted person nowhere but in the rows."""
    assert not canaries.told_in(said.encode(), codes)
    with warehouse(settings) as house, house.connect() as connection:
        rejected = connection.execute(
            "select count(*), count(distinct reason_code) from ops.deliveries where channel = 'email' and file_name ~"
            " '902110017|[*]'"
        ).fetchone()
        # They were met where they were planted: a search finds nothing also where nothing was.
        assert rejected is not None and rejected[0] >= 10 and rejected[1] >= 5
        lists = connection.execute("select count(*) from ops.answers where provider_code = '902110017'").fetchone()
        assert lists is not None and lists[0] >= 3
        data = connection.execute("show data_directory").fetchone()
        assert data is not None
        assert canaries.told_in_tables(connection, codes) == {}
        with connect(house.metadata_url) as metadata:
            assert canaries.told_in_tables(metadata, codes) == {}
    assert not list(Path(settings.inbox, "email").iterdir())
    apart = (settings.archive, settings.secret_file, Path(settings.inbox))
    folder = Path(data[0])
    assert canaries.told_in_files(settings.home, codes, apart, folder) == {}
    if not folder.is_relative_to(settings.home):
        assert canaries.told_in_files(folder.parent, codes, (), folder) == {}
