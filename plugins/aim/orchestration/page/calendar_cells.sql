-- The slices of whoever or whatever the rows stand for, by the month in which their periods end.
with slices as (
    select
        *,
        case %(by)s
            when 'municipality' then coalesce(municipality_code, '00')
            when 'dataset' then dataset
            else provider_code
        end as code,
        case when %(by)s = 'series' then dataset else '' end as of_dataset,
        date_trunc('month', period_end)::date as month
    from ops.obligations
    where
        period_end >= %(first)s
        and period_end < %(after)s
        and (%(municipality)s::text is null or coalesce(municipality_code, '00') = %(municipality)s)
        and (%(dataset)s::text is null or dataset = %(dataset)s)
        and (%(provider)s::text is null or provider_code = %(provider)s)
)

select
    code,
    of_dataset as dataset,
    coalesce(min(municipality_code), '00') as municipality_code,
    month,
    min(period) as period,
    case when count(*) = 1 then min(delivery_id) end as delivery_id,
    count(*) filter (where status = 'on_time') as on_time,
    count(*) filter (where status = 'late') as late,
    count(*) filter (where status = 'confirmed_empty') as confirmed_empty,
    count(*) filter (where status = 'rejected') as rejected,
    count(*) filter (where status = 'not_received') as not_received,
    count(*) filter (where status = 'not_due') as not_due,
    count(*) filter (where status = 'waived') as waived
from slices
group by code, of_dataset, month
order by code, of_dataset, month
