select
    %(night)s as job,
    run_id,
    place,
    started_at
from ops.runs
where status = 'running'
union all
select
    job,
    job_run_id as run_id,
    place,
    started_at
from ops.job_runs
where status = 'running'
order by started_at, job
