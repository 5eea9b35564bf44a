-- Whose last due day of a month has passed, by no more days than the window; what was waived altogether is not told.
select
    provider_code,
    date_trunc('month', due_on)::date as due_month,
    array_agg(distinct dataset) as datasets
from ops.obligations
where status <> 'waived'
group by provider_code, date_trunc('month', due_on)
having max(due_on) < %(today)s and max(due_on) + %(window_days)s >= %(today)s
order by provider_code, due_month
