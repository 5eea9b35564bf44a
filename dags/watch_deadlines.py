"""Remind of what is due, and escalate what did not come.

What: brings the obligations up to the day; then reminds who delivers 10 and 3 days before a due day and on the day
itself, only where something is missing; tells the coordinator 3 days after it, the municipality's administration after
7, the national owner after 14, the others with a copy. It stops once the file is accepted, nil, or waived.

When: at 07:30 Vilnius time under `aim up`, before people begin to work; by hand with the clock's date as parameter. The
nightly sends the same letters: this is what catches up where a night failed or a file came after it.

Beside a night: while one runs nothing is done here, it does the same. Each letter goes to each person once, by the
ledger: both DAGs and any repeat send none twice. The days are rows of parameters.csv.

When it fails: read the task's log, mend, trigger it again. A day that no run saw is made up for by the next.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, get_current_context, task

from aim.orchestration.schedules import schedule_of


@dag(
    schedule=schedule_of("watch_deadlines"),
    start_date=pendulum.datetime(2018, 1, 1, tz="Europe/Vilnius"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    params={"date": Param(None, type=["null", "string"], format="date", description="The clock; empty: today")},
    doc_md=__doc__,
    tags=["aim"],
)
def watch_deadlines():
    """Remind and escalate; see the module's docstring."""

    @task
    def remind_and_escalate():
        from aim.orchestration import steps

        return steps.watch_deadlines(get_current_context()["params"]["date"])

    remind_and_escalate()


watch_deadlines()
