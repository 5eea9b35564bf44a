"""The monthly round: quality reports to providers, digests to coordinators, let go by a person where they are many.

What: writes the reports and digests that are due and not sent; a round of few letters goes out at once. Of more than
`mail_approval_letters` (parameters.csv) each waits, and a person is asked: Browse, Required Actions, `let_go`.
Approve: they go. Reject: nothing goes, and the next run writes them anew, as things stand then, and asks again.

When: at 08:30 Vilnius time under `aim up`; by hand with the clock's date as parameter. The nightly writes the round
too, and leaves it waiting: nobody need be there for a night to end. Counted are the letters that leave the house:
of a trial installation those to the addresses of AIM_MAIL_ALLOW, the others are held and never wait.

When it fails: read the task's log, mend, trigger it again: each letter goes to each person once, by the ledger. Asked
and not answered for a day, the run ends as skipped, and the next one asks.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, get_current_context, task

from aim.orchestration.schedules import schedule_of


@dag(
    schedule=schedule_of("send_quality_reports"),
    start_date=pendulum.datetime(2018, 1, 1, tz="Europe/Vilnius"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    params={"date": Param(None, type=["null", "string"], format="date", description="The clock; empty: today")},
    doc_md=__doc__,
    tags=["aim"],
)
def send_quality_reports():
    """Write, ask, send; see the module's docstring."""

    @task
    def write():
        from aim.orchestration import steps

        return steps.prepare_round(get_current_context()["params"]["date"])

    @task.short_circuit
    def anything_waits(written: dict) -> bool:
        return written["letters"] > 0

    let_go = ApprovalOperator(
        task_id="let_go",
        subject="Letters of the monthly round: {{ ti.xcom_pull(task_ids='write')['letters'] }}. Let them go?",
        body="One of them: {{ ti.xcom_pull(task_ids='write')['subject'] }}",
        defaults="Reject",
        response_timeout=timedelta(hours=23),
        # Answered within the second in which it asks, Airflow 3.3 takes it for a fault: it asks again.
        retry_delay=timedelta(seconds=5),
    )

    @task
    def send(answer: dict):
        from aim.orchestration import steps

        user = answer["responded_by_user"] or {}
        return steps.let_round_go(user.get("name") or "?", get_current_context()["params"]["date"])

    anything_waits(write()) >> let_go
    send(let_go.output)


send_quality_reports()
