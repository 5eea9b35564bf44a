"""`aim nightly`: the main job through Airflow, joined or started, followed to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from aim.orchestration.airflow_api import UNFINISHED, AirflowApi
from aim.orchestration.airflow_server import Airflow, AirflowError, running, stopped_by_signals
from aim.settings import Settings
from aim.warehouse.connect import warehouse

DAG_ID = "nightly"
LAST_TASK = "close_night"
"""Where it fails, all else of the night was done."""
POLL_SECONDS = 0.5
SELDOM_SECONDS = 2.0
"""How often a long step is asked after."""
DAG_SECONDS = 90
"""How long a newly started `aim up` may take to read its DAGs."""


class NightFailedError(RuntimeError):
    """The run ended as failed. `task`: the first task that failed, or the DAG itself."""

    def __init__(self, task: str) -> None:
        """Says which task."""
        super().__init__(f"The night failed in {task}.")
        self.task = task


@dataclass(frozen=True)
class Night:
    """A run of the DAG that ended well. Seconds: until Airflow answered, of the run, of all with the stop."""

    dag_run_id: str
    joined: bool
    task_states: dict[str, str] = field(default_factory=dict)
    start_seconds: float = 0.0
    run_seconds: float = 0.0


def run_nightly(
    settings: Settings,
    today: date | None,
    progress: Callable[[str, str], None] | None = None,
    *,
    dags: Path | None = None,
) -> Night:
    """Run the DAG `nightly` with the clock at `today` (None: the real day) and follow it to its end.

    Joins this home's Airflow if it runs, after any night that it is running; otherwise starts what it needs and
    stops it again. `progress` is told each new state of a task. `dags`: another folder than the project's.
    Raises NightFailedError, AirflowError, AirflowUnreachableError, SettingsError, KeyboardInterrupt (also on SIGTERM).
    """
    began = time.monotonic()
    with stopped_by_signals() as stop, warehouse(settings), running(settings, dags=dags) as airflow:
        ready = time.monotonic()
        api = airflow.api()
        _await_dag(api, airflow)
        while api.unfinished_runs(DAG_ID):
            airflow.check()
            time.sleep(POLL_SECONDS)
        dag_run_id = api.trigger(DAG_ID, {} if today is None else {"date": today.isoformat()})
        try:
            states = _follow(api, airflow, dag_run_id, progress)
        except KeyboardInterrupt:
            if airflow.joined:
                # It lives on, and would finish a night that nobody waits for.
                api.fail(DAG_ID, dag_run_id)
            raise
        return Night(
            dag_run_id=dag_run_id,
            joined=airflow.joined,
            task_states=states,
            start_seconds=round(ready - began, 1),
            run_seconds=round(time.monotonic() - ready, 1),
        )
    # Only an interruption is swallowed on the way out.
    assert stop.is_set()
    raise KeyboardInterrupt


def _await_dag(api: AirflowApi, airflow: Airflow) -> None:
    deadline = time.monotonic() + DAG_SECONDS
    while not api.dag_is_known(DAG_ID):
        airflow.check()
        if time.monotonic() > deadline:
            raise AirflowError(f"Airflow has no DAG {DAG_ID}: see {airflow.home}/logs/airflow-dags.log.")
        time.sleep(POLL_SECONDS)


def _follow(
    api: AirflowApi, airflow: Airflow, dag_run_id: str, progress: Callable[[str, str], None] | None
) -> dict[str, str]:
    told: dict[str, str] = {}
    changed_at = time.monotonic()
    while True:
        airflow.check()
        # Before the tasks: when the run has ended their states are final.
        state = api.state(DAG_ID, dag_run_id)
        for task, task_state in api.task_states(DAG_ID, dag_run_id).items():
            if told.get(task) != task_state:
                told[task] = task_state
                changed_at = time.monotonic()
                if progress is not None:
                    progress(task, task_state)
        if state not in UNFINISHED:
            break
        # Asking costs Airflow what the step could use: the longer a step takes, the less often.
        time.sleep(min(max(POLL_SECONDS, (time.monotonic() - changed_at) / 20), SELDOM_SECONDS))
    if state != "success":
        raise NightFailedError(next((task for task, end in told.items() if end == "failed"), DAG_ID))
    return told
