with deliveries as (
    select max(taken_at) as last_load_at from {{ source('ops', 'deliveries') }}
),

releases as (
    select max(released_at) as last_release_at from {{ source('ops', 'releases') }}
),

months as (
    select max(month_start) as last_complete_month
    from (
        select date_trunc('month', period_end) as month_start
        from {{ source('ops', 'obligations') }}
        where status <> 'waived'
        group by date_trunc('month', period_end)
        having bool_and(status in ('on_time', 'late', 'confirmed_empty'))
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
