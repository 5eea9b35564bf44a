-- Runs that no living Airflow works on any more: their night was killed. The next night asks the ledger what is left
-- to do; a run taken up again in the middle would work beside it. In Airflow's own database.
with unfinished as (
    update dag_run
    set state = 'failed', end_date = now(), updated_at = now()
    where state in ('queued', 'running')
    returning dag_id, run_id
)

update task_instance
set state = 'failed', end_date = now(), updated_at = now()
from unfinished
where
    task_instance.dag_id = unfinished.dag_id
    and task_instance.run_id = unfinished.run_id
    and (
        task_instance.state is null
        or task_instance.state not in ('success', 'failed', 'skipped', 'upstream_failed', 'removed')
    );
