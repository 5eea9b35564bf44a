"""A night of two tasks: `work` asks the warehouse, notes the clock, and lasts once as long as it is asked to."""

import os
import time
from pathlib import Path

import pendulum
from airflow.sdk import Param, dag, get_current_context, task

HOME = Path(os.environ["AIM_HOME"])


@dag(
    schedule="0 0 1 1 *" if os.environ.get("AIM_SCHEDULED") else None,
    start_date=pendulum.datetime(2018, 1, 1, tz="Europe/Vilnius"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 1, "retry_delay": pendulum.duration(seconds=1)},
    params={"date": Param(None, type=["null", "string"])},
)
def nightly():
    @task
    def work() -> None:
        from aim.settings import Settings
        from aim.warehouse.connect import warehouse

        with warehouse(Settings.from_env()) as house, house.connect() as connection:
            connection.execute("select count(*) from ops.runs")
        (HOME / "noted").write_text(str(get_current_context()["params"]["date"]), "utf-8")
        asked = HOME / "be-slow"
        if asked.exists():
            seconds = float(asked.read_text("utf-8"))
            asked.unlink()
            time.sleep(seconds)
        if (HOME / "fail").exists():
            raise RuntimeError("asked to fail")

    @task
    def end() -> None:
        pass

    work() >> end()


nightly()
