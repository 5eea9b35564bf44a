-- Runs that the schedule expects and that did not take place. A run that goes on over a slot stands for it too; a night
-- is known by its beginning alone, for one that was killed is closed when the next one begins.
with expected as (
    select
        unnest(%(jobs)s::text[]) as job,
        unnest(%(ats)s::timestamptz[]) as at,
        unnest(%(untils)s::timestamptz[]) as until
),

ran as (
    select
        %(night)s as job,
        started_at,
        started_at as ended_at
    from ops.runs
    union all
    select
        job,
        started_at,
        case when status = 'running' then now() else coalesce(finished_at, started_at) end as ended_at
    from ops.job_runs
)

select
    expected.job,
    expected.at,
    expected.until
from expected
left join ran
    on
        expected.job = ran.job
        and expected.until > ran.started_at
        and expected.at <= ran.ended_at
where ran.job is null
order by expected.at, expected.job
