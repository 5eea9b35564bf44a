"""Judge past deliveries again by the rules now in force.

What: marks the deliveries in the ledger, judges them, and brings the obligations up to date. By default every delivery
that speaks or that the rules rejected, and that was judged under other declarations than those in force. A rejected
one may so be accepted; where a later one of its slice speaks already, that one stays. Numbers and mails follow in the
next night, which builds, releases and tells in the one order that is safe: nothing is published from here.

When: triggered by hand, after a rule, a contract or a layout has changed (`aim rehearse` says beforehand what it would
do). With `everything` also what was judged under the same declarations: after a change of parameters or code lists,
which stand in the reference files.

Beside a night: one judging at a time, by the ledger's lock; while a night runs the deliveries are only marked, and the
next night judges them. One recheck at a time.

When it fails: read the task's log, mend, trigger it again. What was judged stays judged, what was marked stays marked.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import Param, dag, get_current_context, task

_PERIOD = {"pattern": r"^[12]\d{3}(-(\d{2}|K[1-4]|P[12]|\d{4}))?$", "type": ["null", "string"]}


@dag(
    schedule=None,
    start_date=pendulum.datetime(2018, 1, 1, tz="Europe/Vilnius"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=5)},
    params={
        "dataset": Param(None, type=["null", "string"], description="One dataset; empty: all"),
        "from": Param(
            None, **_PERIOD, description="The first period, as in file names (2018-10); empty: from the first"
        ),
        "to": Param(None, **_PERIOD, description="The last period; empty: to the last"),
        "everything": Param(False, type="boolean", description="Also what was judged under the same declarations"),
    },
    doc_md=__doc__,
    tags=["aim"],
)
def recheck_deliveries():
    """Mark, then judge; see the module's docstring."""

    @task
    def mark() -> int:
        from aim.orchestration import steps

        asked = get_current_context()["params"]
        return steps.mark_for_recheck(asked["dataset"], asked["from"], asked["to"], asked["everything"])

    @task
    def judge():
        from aim.orchestration import steps

        return steps.judge_rechecked()

    mark() >> judge()


recheck_deliveries()
