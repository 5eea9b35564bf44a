"""The main job: land > check > build > release > report.

When: at 01:30 Vilnius time under `aim up` (never 03:00-04:00, an hour that is missing or doubled on clock-change days);
`aim nightly` triggers it by hand, with the clock's date as parameter. One night at a time.

Why in this order: only judged deliveries are pinned, only pinned ones are built, only tested builds are published,
mails speak of what was published. Data faults never fail a task: they are rows. A task that fails is ours: it is
retried, and every step asks the ledger what is to do, so running it again is safe.

When it fails: read the task's log, mend, run `aim nightly` again. The former `marts` stay readable.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, chain, dag, get_current_context, task

from aim.orchestration.schedules import schedule_of


def _mark_failed(context):
    """A task gave up: the night is closed as failed, so that `aim status` says so."""
    from aim.orchestration import steps

    run_id = context["ti"].xcom_pull(task_ids="open_night")
    if run_id is not None:
        steps.close_night(run_id, "failed")


@dag(
    schedule=schedule_of("nightly"),
    start_date=pendulum.datetime(2018, 1, 1, tz="Europe/Vilnius"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=5),
        "on_failure_callback": _mark_failed,
    },
    params={"date": Param(None, type=["null", "string"], format="date", description="The clock; empty: today")},
    doc_md=__doc__,
    tags=["aim"],
)
def nightly():
    """The steps of a night; see the module's docstring."""

    @task
    def open_night() -> int:
        from aim.orchestration import steps

        return steps.open_night(get_current_context()["params"]["date"])

    @task
    def load_reference(night: int):
        from aim.orchestration import steps

        steps.load_reference(night)

    @task
    def land(night: int):
        from aim.orchestration import steps

        steps.land(night)

    @task
    def check(night: int):
        from aim.orchestration import steps

        steps.check(night)

    @task
    def build(night: int, layer: str):
        from aim.orchestration import steps

        steps.build(night, layer)

    @task
    def release(night: int):
        from aim.orchestration import steps

        steps.release(night)

    @task
    def report(night: int):
        from aim.orchestration import steps

        steps.report(night)

    @task
    def close_night(night: int):
        from aim.orchestration import steps

        steps.close_night(night)

    opened = open_night()
    layers = [
        build.override(task_id=f"build_{layer}")(opened, layer)
        for layer in ("core", "indicators", "collection", "marts")
    ]
    chain(
        [load_reference(opened), land(opened)],
        check(opened),
        *layers,
        release(opened),
        report(opened),
        close_night(opened),
    )


nightly()
