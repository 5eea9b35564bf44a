with deliveries as (
    select max(taken_at) as last_load_at from {{ source('ops', 'deliveries') }}
),

releases as (
    select max(released_at) as last_release_at from {{ source('ops', 'releases') }}
),

latest_run as (
    select clock_date
    from {{ source('ops', 'runs') }}
    order by run_id desc
    limit 1
),

-- Months over only: the population of a year may come on its first day, and would make its December complete.
months as (
    select max(month_start) as last_complete_month
    from (
        select date_trunc('month', obligations.period_end) as month_start
        from {{ source('ops', 'obligations') }} as obligations
        cross join latest_run
        where
            obligations.status <> 'waived'
            and date_trunc('month', obligations.period_end) + interval '1 month' <= latest_run.clock_date
        group by date_trunc('month', obligations.period_end)
        having bool_and(obligations.status in ('on_time', 'late', 'confirmed_empty'))
    ) as complete_months
),

broken_promises as (
    select count(*) as checks
    from {{ source('quality', 'check_results') }}
    where
        is_current
        and (status = 'errored' or (status = 'failed' and delivery_id is null))
),

runs as (
    select
        run_id,
        status,
        max(run_id) filter (where status = 'succeeded') over () as last_good_run_id
    from {{ source('ops', 'runs') }}
),

failed_runs as (
    select count(*) as runs
    from runs
    where
        status = 'failed'
        and run_id > coalesce(last_good_run_id, 0)
),

final as (
    select
        deliveries.last_load_at,
        releases.last_release_at,
        to_char(months.last_complete_month, 'YYYY-MM') as last_complete_period,
        broken_promises.checks + failed_runs.runs as open_incidents
    from deliveries
    cross join releases
    cross join months
    cross join broken_promises
    cross join failed_runs
)

select * from final
