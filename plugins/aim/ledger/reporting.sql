with numbered as (
    select
        status in ('on_time', 'late', 'confirmed_empty') as is_accepted,
        first_accepted_at < (due_on + 1)::timestamp at time zone 'Europe/Vilnius' as was_on_time,
        period,
        row_number() over (
            partition by provider_code, dataset
            order by period_end desc
        ) as periods_back
    from ops.obligations
    where
        due_on < %(today)s
        and status <> 'waived'
        and (%(provider)s::text is null or provider_code = %(provider)s)
)

select
    count(*) as expected,
    count(*) filter (where is_accepted) as accepted,
    count(*) filter (where is_accepted and was_on_time) as on_time
from numbered
where
    period = %(period)s
    or (%(period)s::text is null and periods_back <= %(window_periods)s)
