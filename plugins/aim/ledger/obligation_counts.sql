select
    dataset,
    period,
    min(due_on) as due_on,
    status,
    count(*) as slices
from ops.obligations
where
    (%(provider)s::text is null or provider_code = %(provider)s)
    and (%(period)s::text is null or period = %(period)s)
group by dataset, period, period_start, status
order by period_start, dataset, status
