"""Airflow comes up for a night and goes after it, whoever is killed on the way."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from mail_server import mail_server_in
from provider_month import ProviderMonth
from tests import browser
from tests.conftest import TestWarehouse
from tests.living import eventually, processes
from tests.quick_server import without_waiting_for_the_disk

from aim.orchestration import airflow_server
from aim.orchestration.airflow_api import AirflowUnreachableError
from aim.orchestration.airflow_keeper import STATE_FILE, USERS_LOCK
from aim.orchestration.airflow_server import AirflowError
from aim.orchestration.nightly import Night, NightFailedError, run_nightly
from aim.settings import Settings, SettingsError
from aim.warehouse import connect, embedded
from aim.warehouse import keeper as postgres
from aim.warehouse.keeper import port_is_free

pytestmark = pytest.mark.airflow

DAGS = Path(__file__).parents[1] / "data" / "dags_of_a_toy_night"
CLOCK = date(2019, 1, 22)

COMMAND = """
import sys
from datetime import date
from pathlib import Path
from aim.settings import Settings
from aim.orchestration.nightly import run_nightly
settings, dags = Settings.from_env({"AIM_HOME": sys.argv[1]}), Path(sys.argv[2])
run_nightly(settings, None, lambda *told: print(*told, flush=True), dags=dags)
"""
UP = """
import sys
from pathlib import Path
from aim.settings import Settings
from aim.orchestration.airflow_server import serve
settings, dags = Settings.from_env({"AIM_HOME": sys.argv[1]}), Path(sys.argv[2])
serve(settings, "127.0.0.1", None, lambda *told: print(*told, flush=True), dags=dags)
"""


@pytest.fixture(scope="module")
def house() -> Iterator[Settings]:
    path = Path(tempfile.mkdtemp(prefix="aim-airflow-"))
    path.chmod(0o711)
    settings = Settings.from_env({"AIM_HOME": str(path / "home")})
    without_waiting_for_the_disk(settings)
    yield settings
    embedded.remove(settings)
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def _nothing_is_left(house: Settings) -> Iterator[None]:
    yield
    assert eventually(lambda: nothing_is_left(house)), processes(house)
    for wish in ("be-slow", "fail", "noted"):
        (house.home / wish).unlink(missing_ok=True)


def nothing_is_left(settings: Settings) -> bool:
    if processes(settings):
        return False
    for lock in (STATE_FILE, USERS_LOCK, postgres.STATE_FILE, postgres.USERS_LOCK):
        with (settings.home / lock).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
    port = json.loads((settings.home / STATE_FILE).read_bytes())["port"]
    return port_is_free(port) and port_is_free(embedded.address(settings).port)


def be_slow(settings: Settings, seconds: int = 60) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "be-slow").write_text(str(seconds), "utf-8")


def when_working(action: Callable[[], None]) -> Callable[[str, str], None]:
    """A progress callback that acts once, when `work` has begun."""
    told: list[str] = []

    def progress(task: str, state: str) -> None:
        if (task, state) == ("work", "running") and not told:
            told.append(task)
            time.sleep(0.5)
            action()

    return progress


def night(settings: Settings, progress: Callable[[str, str], None] | None = None) -> Night:
    return run_nightly(settings, CLOCK, progress, dags=DAGS)


def kill(settings: Settings, words: str) -> None:
    def chosen() -> list[int]:
        return [pid for pid, line in processes(settings).items() if words in line]

    # A task is said to run before its process bears its name.
    assert eventually(lambda: bool(chosen())), processes(settings)
    for pid in chosen():
        os.kill(pid, signal.SIGKILL)


def command(settings: Settings, code: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", code, str(settings.home), str(DAGS)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def await_line(started: subprocess.Popen[str], wanted: str) -> str:
    assert started.stdout is not None
    for line in started.stdout:
        if wanted in line:
            return line
    pytest.fail(f"ended without saying {wanted!r}")


def test_a_night_runs_through_airflow_and_stops_it_and_the_next_prepares_nothing_again_and_fails_by_its_task(
    house: Settings,
) -> None:
    told: list[tuple[str, str]] = []
    done = run_nightly(house, CLOCK, lambda task, state: told.append((task, state)), dags=DAGS)

    assert done.task_states == {"work": "success", "end": "success"}
    assert not done.joined
    assert [task for task, state in told if state == "success"] == ["work", "end"]
    assert (house.home / "noted").read_text("utf-8") == "2019-01-22"
    assert nothing_is_left(house)
    for secret in ("secrets.json", "passwords.json"):
        assert stat.S_IMODE((house.home / "airflow" / secret).stat().st_mode) == 0o600

    # The next one has nothing to prepare, and fails where a task of its own fails.
    before = (house.home / "logs" / "airflow-dags.log").stat().st_size
    (house.home / "fail").touch()
    with pytest.raises(NightFailedError) as failed:
        night(house)
    assert failed.value.task == "work"
    assert (house.home / "logs" / "airflow-dags.log").stat().st_size == before


def test_an_interrupted_night_leaves_nothing(house: Settings) -> None:
    be_slow(house)
    with pytest.raises(KeyboardInterrupt):
        night(house, when_working(lambda: os.kill(os.getpid(), signal.SIGTERM)))
    assert nothing_is_left(house)


def test_parts_killed_one_after_another_end_their_night_plainly_and_the_next_runs(house: Settings) -> None:
    for part in ("airflow scheduler", "api_server", "LocalExecutor: 0", "postgres -D"):
        be_slow(house)
        # Each comes as far as `work`: what the part before left behind does not hinder it.
        with pytest.raises((AirflowError, AirflowUnreachableError, SettingsError)):
            night(house, when_working(functools.partial(kill, house, part)))
        assert eventually(lambda: nothing_is_left(house)), (part, processes(house))
    be_slow(house)
    retried = night(house, when_working(lambda: kill(house, "airflow worker -- 0")))
    assert retried.task_states["end"] == "success"


def test_a_killed_command_leaves_nothing_and_all_killed_at_once_is_cleared_by_the_next_start(house: Settings) -> None:
    be_slow(house)
    killed = command(house, COMMAND)
    await_line(killed, "work running")
    killed.kill()
    killed.communicate()
    assert eventually(lambda: nothing_is_left(house), 15), processes(house)

    be_slow(house)
    killed = command(house, COMMAND)
    await_line(killed, "work running")
    keepers = [pid for pid, line in processes(house).items() if "keeper" in line or "scheduler" in line]
    for pid in (killed.pid, *keepers):
        os.kill(pid, signal.SIGKILL)
    killed.communicate()
    assert night(house).task_states["end"] == "success"
    with connect.metadata(house) as url, connect.connect(url) as connection:
        states = connection.execute("select distinct state from dag_run").fetchall()
        tasks = connection.execute("select distinct state from task_instance").fetchall()
    assert {state for (state,) in states} <= {"success", "failed"}
    assert {state for (state,) in tasks} <= {"success", "failed", "upstream_failed"}


PAGE = "document.querySelector('iframe')?.contentDocument"


def token_of(url: str, user: str, password: str) -> str:
    """What who has logged in shows instead of a password."""
    return str(asked(f"{url}/auth/token", None, "POST", {"username": user, "password": password})["access_token"])


def asked(address: str, token: str | None, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
    """Airflow's answer to a logged-in person's program."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data, headers, method=method)) as answer:
        return json.load(answer)


def look_at_the_page(url: str, user: str, password: str) -> None:
    """The operator's page is shown within Airflow to who is logged in, and is walked through by keyboard."""
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{url}/aim/en/")
    token = token_of(url, user, password)
    page = urllib.request.Request(f"{url}/aim/en/", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(page) as answer:
        assert b"No night has run yet" in answer.read()
    if browser.PROGRAM is None:
        # The only step that needs a program of the machine's own.
        return
    with browser.browser() as tab:
        tab.ask("Network.setCookie", name="_token", value=token, url=url)
        tab.open(f"{url}/plugin/aim")
        tab.until(lambda: tab.read(f"{PAGE}?.querySelector('h1')?.innerText") == "Data collection")
        assert "No night has run yet" in tab.read(f"{PAGE}.body.innerText")
        for _ in range(40):
            tab.press("Tab")
            if tab.read(f"{PAGE}.activeElement.innerText") == "Calendar":
                break
        assert tab.read(f"getComputedStyle({PAGE}.activeElement).outlineStyle") == "solid"
        tab.press("Enter")
        tab.until(lambda: "month by month" in (tab.read(f"{PAGE}?.querySelector('h1')?.innerText") or ""))


def test_a_night_joins_an_airflow_that_is_up_or_another_nights_and_the_operators_page_is_in_it(house: Settings) -> None:
    up = command(house, UP)
    try:
        url, user, password_file = await_line(up, "http://").split()
        look_at_the_page(url, user, json.loads(Path(password_file).read_text("utf-8"))[user])
        joined = night(house)
        assert joined.joined
        assert joined.task_states["end"] == "success"
        assert up.poll() is None
        with pytest.raises(SettingsError, match=f"up already, at {url}"):
            airflow_server.serve(house, "127.0.0.1", None, lambda *_: None, dags=DAGS)
    finally:
        up.send_signal(signal.SIGTERM)
        up.communicate()
    assert up.returncode == 0
    assert nothing_is_left(house)
    two_nights_share_one_airflow(house)
    # The schedule that `aim up` gave the DAG is gone again.
    with connect.metadata(house) as metadata, connect.connect(metadata) as connection:
        assert connection.execute("select timetable_summary, is_paused from dag").fetchall() == [("None", False)]


def two_nights_share_one_airflow(house: Settings) -> None:
    # Over sooner, it would not be seen at work: a night asks only so often.
    be_slow(house, 5)
    other = command(house, COMMAND)
    await_line(other, "work running")
    done = night(house)
    assert done.joined
    other.communicate()
    assert other.returncode == 0


ROUND = "send_quality_reports"
READERS = 51
"""One more than are written to without a person letting it go."""


def test_a_mass_mailing_waits_in_airflow_for_a_person_who_refuses_it_or_lets_it_go(
    house: Settings, warehouse: TestWarehouse, tmp_path: Path
) -> None:
    """The project's own DAGs on a warehouse with a month to report of; letters go to a real server. Last in the file:
    this home's Airflow knows other DAGs afterwards.
    """
    month = ProviderMonth(warehouse)
    for number in range(READERS):
        month.contact(f"reader{number:02}@example.invalid")
    month.contact("nobody@elsewhere.invalid")
    month.deliver("atvejai", 412)
    month.night("2019-01-11")
    with mail_server_in(tmp_path / "taken") as mail_server:
        mail_server.start()
        settings = house.model_copy(
            update={
                "warehouse_url": warehouse.url,
                "smtp_url": f"smtp://127.0.0.1:{mail_server.port}",
                "mail_allow": ("@example.invalid",),
            }
        )
        with airflow_server.running(settings) as airflow:
            token, api = token_of(airflow.url, airflow.user, airflow.password), airflow.api()

            def run_until(state: str, task: str | None = None) -> str:
                """A run of the round, once the task (None: the run itself) has come to that state."""
                run = api.trigger(ROUND, {"date": "2019-01-11"})
                await_state(run, state, task)
                return run

            def await_state(run: str, state: str, task: str | None = None) -> None:
                def has_come() -> bool:
                    said = api.task_states(ROUND, run).get(task) if task else api.state(ROUND, run)
                    return said == state

                assert eventually(has_come, 60), (api.state(ROUND, run), api.task_states(ROUND, run))

            def answer(run: str, option: str) -> None:
                # Answered sooner than a person can, before the scheduler has seen that the task waits, it asks again.
                time.sleep(2)
                question = f"{airflow.url}/api/v2/dags/{ROUND}/dagRuns/{run}/taskInstances/let_go/-1/hitlDetails"
                assert asked(question, token)["subject"] == QUESTION
                asked(question, token, "PATCH", {"chosen_options": [option], "params_input": {}})
                await_state(run, "success")

            refused = run_until("awaiting_input", "let_go")
            look_at_the_question(airflow.url, token)
            answer(refused, "Reject")
            assert api.task_states(ROUND, refused)["send"] == "skipped"
            assert mail_server.taken == []

            let_go = run_until("awaiting_input", "let_go")
            assert mail_server.taken == []
            answer(let_go, "Approve")
            assert api.task_states(ROUND, let_go)["send"] == "success"
            assert sorted(str(letter["To"]) for letter in mail_server.taken) == [
                f"reader{number:02}@example.invalid" for number in range(READERS)
            ]

            # Nothing waits any more: nobody is asked.
            assert api.task_states(ROUND, run_until("success"))["let_go"] == "skipped"
            assert len(mail_server.taken) == READERS
    approved = warehouse.connection.execute(
        "select state, approved_by, count(*) from ops.mails group by 1, 2 order by 1"
    ).fetchall()
    assert approved == [("held", None, 1), ("sent", airflow.user, READERS)]


QUESTION = f"Letters of the monthly round: {READERS}. Let them go?"


def look_at_the_question(url: str, token: str) -> None:
    """It stands among Airflow's required actions, for whoever opens them."""
    if browser.PROGRAM is None:
        return
    with browser.browser() as tab:
        tab.ask("Network.setCookie", name="_token", value=token, url=url)
        tab.open(f"{url}/required_actions?response_received=false")
        tab.until(lambda: QUESTION in (tab.read("document.body.innerText") or ""))
