"""The monthly round through a real Airflow: many letters wait for a person, who lets them go by its API or page."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from provider_month import ProviderMonth

from aim.orchestration.airflow_api import AirflowApi
from aim.orchestration.airflow_server import running
from aim.settings import Settings
from aim.warehouse import embedded
from aim.warehouse.keeper import free_port

pytestmark = pytest.mark.airflow
DAG = "send_quality_reports"
READERS = 51
"""One more than may go without a person."""


class Sink:
    """What came."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[Sink]:
    taken = Sink()
    controller = Controller(taken, hostname="127.0.0.1", port=free_port())
    controller.start()
    taken.port = controller.port  # type: ignore[attr-defined]
    yield taken
    controller.stop()


@pytest.fixture
def settings_of_airflow(sink: Any) -> Iterator[Callable[[str], Settings]]:
    path = Path(tempfile.mkdtemp(prefix="aim-round-"))
    path.chmod(0o711)
    made = []

    def settings(warehouse_url: str) -> Settings:
        environment = {
            "AIM_HOME": str(path / "home"),
            "AIM_WAREHOUSE": warehouse_url,
            "AIM_SMTP": f"smtp://127.0.0.1:{sink.port}",
            "AIM_PRODUCTION": "1",
        }
        made.append(Settings.from_env(environment))
        return made[0]

    yield settings
    for one in made:
        embedded.remove(one)
    shutil.rmtree(path)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_many_letters_wait_until_a_person_lets_them_go(
    warehouse: Any, sink: Sink, settings_of_airflow: Callable[[str], Settings]
) -> None:
    month = ProviderMonth(warehouse)
    for number in range(READERS):
        month.contact(f"reader{number:02}@example.invalid")
    month.deliver("atvejai", 412)
    month.night("2019-01-11")
    settings = settings_of_airflow(warehouse.url)
    with running(settings) as airflow:
        api = AirflowApi(airflow.url, airflow.user, airflow.password)
        until(lambda: api.dag_is_known(DAG))
        run = api.trigger(DAG, {"date": "2019-01-11"})
        until(lambda: api.task_states(DAG, run).get("let_go") == "awaiting_input")
        assert sink.recipients == []
        # Answered sooner than a person can, before the scheduler has seen that the task waits, it would ask again.
        time.sleep(3)
        path = f"dags/{DAG}/dagRuns/{run}/taskInstances/let_go/-1/hitlDetails"
        asked = api._ask("GET", path)
        assert asked["subject"] == f"Letters of the monthly round: {READERS}. Let them go?"
        api._ask("PATCH", path, {"chosen_options": ["Approve"], "params_input": {}})
        until(lambda: api.state(DAG, run) == "success")
        assert len(sink.recipients) == len(set(sink.recipients)) == READERS
        # Nothing waits any more: nobody is asked.
        run = api.trigger(DAG, {"date": "2019-01-11"})
        until(lambda: api.state(DAG, run) == "success")
        assert api.task_states(DAG, run)["let_go"] == "skipped"
    assert len(sink.recipients) == READERS
    (by,) = month.house.connection.execute("select distinct approved_by from ops.mails").fetchone()
    assert by == airflow.user
