with asked as (
    select *
    from ops.obligations
    where
        (%(provider)s::text is null or provider_code = %(provider)s)
        and (%(period)s::text is null or period = %(period)s)
        and (%(period)s::text is not null or due_on < %(today)s)
),

latest as (
    select
        dataset,
        max(period_start) as period_start
    from asked
    group by dataset
)

select
    asked.dataset,
    asked.period,
    max(asked.due_on) as due_on,
    count(*) filter (where asked.status <> 'waived') as expected,
    count(*) filter (where asked.status = 'on_time') as on_time,
    count(*) filter (where asked.status = 'late') as late,
    count(*) filter (where asked.status = 'confirmed_empty') as confirmed_empty,
    count(*) filter (where asked.status = 'rejected') as rejected,
    count(*) filter (where asked.status = 'not_received') as not_received,
    count(*) filter (where asked.status = 'not_due') as not_due,
    count(*) filter (where asked.status = 'waived') as waived
from asked
inner join latest on asked.dataset = latest.dataset and asked.period_start = latest.period_start
group by asked.dataset, asked.period
order by asked.dataset
