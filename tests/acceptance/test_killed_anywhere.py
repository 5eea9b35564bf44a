"""Is a night that was killed in each of its stages, and run again, the same as one that was not?"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from aim.ledger import contacts
from aim.settings import Settings
from aim.warehouse.connect import warehouse
from tests.acceptance.nights import STEPS, NightHome, end_state, night_home, small_inbox


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_inbox(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One secret for all nights: tokens are compared by the HMAC they are found under."""
    return tmp_path_factory.mktemp("secret") / "secret.json"


def _home(folder: Path, inbox: Path, secret: Path) -> NightHome:
    shutil.copytree(inbox, folder / "inbox")
    home = night_home(folder, AIM_SECRET_FILE=str(secret))
    with warehouse(home.settings) as house, house.connect() as connection:
        contacts.import_contacts(connection, folder / "inbox" / "contacts.csv")
    return home


def _state(settings: Settings) -> dict[str, tuple[int, str]]:
    with warehouse(settings) as house, house.connect() as connection:
        return end_state(connection)


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, inbox: Path, secret: Path
) -> tuple[dict[str, tuple[int, str]], dict[str, float]]:
    """The end state of a night nobody disturbed, and how long each step took."""
    home = _home(tmp_path_factory.mktemp("undisturbed") / "home", inbox, secret)
    seconds: dict[str, float] = {}
    with warehouse(home.settings):
        run_id = home.open_night()
        for call in STEPS:
            begun = time.monotonic()
            home.finish(call, run_id)
            seconds[call] = time.monotonic() - begun
        return _state(home.settings), seconds


@pytest.mark.parametrize("share", [0.55, 0.85])
def test_a_night_killed_in_each_step_ends_as_if_it_had_not_been(
    share: float,
    undisturbed: tuple[dict[str, tuple[int, str]], dict[str, float]],
    inbox: Path,
    secret: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    expected, seconds = undisturbed
    assert all(rows > 0 for rows, _ in expected.values()), expected
    home = _home(tmp_path_factory.mktemp("killed") / "home", inbox, secret)
    with warehouse(home.settings):
        run_id = home.open_night()
        for call in STEPS:
            process = home.step(call, run_id)
            time.sleep(seconds[call] * share)
            process.kill()
            process.communicate()
            home.finish(call, run_id)
        assert _state(home.settings) == expected
