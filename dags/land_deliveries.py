"""Between nights: take what lies in the inbox and judge it, so that who sent it has an answer within minutes.

When: every ten minutes from 6:00 to 20:50, Vilnius time, under `aim up` (not in a home that began with the sample).
One at a time; it costs a second when nothing has come.

What: every settled file is landed, its deliveries are judged, obligations are brought up to date; a list of findings
that came back with reasons closes its questions. Who sent it is answered. Numbers follow in the next night, which pins
what speaks by then: nothing is built and nothing published from here.

Beside a night: one landing and one judging at a time, by locks of the warehouse. While a night runs files are landed
and no more: the build reads what the night pinned, and the next run judges them.

When it fails: what was landed stays landed, what was judged stays judged, and the next run, ten minutes later, asks
the ledger what is left. Files that could not be landed through a fault of ours lie in the inbox still: read the log.
Runs that do not take place, and deliveries nobody judges, are told by `aim status` and on the operator's page.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task

from aim.orchestration.schedules import schedule_of


@dag(
    schedule=schedule_of("land_deliveries"),
    start_date=pendulum.datetime(2018, 1, 1, tz="Europe/Vilnius"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 1, "retry_delay": timedelta(seconds=30)},
    doc_md=__doc__,
    tags=["aim"],
)
def land_deliveries():
    """Land, then judge; see the module's docstring."""

    @task
    def land_and_judge():
        from aim.orchestration import steps

        return steps.land_deliveries()

    land_and_judge()


land_deliveries()
