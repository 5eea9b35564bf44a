-- The months whose slices were due or came: what lies further on is only awaited.
select
    date_trunc('month', min(period_end))::date as first_month,
    date_trunc('month', max(period_end))::date as last_month
from ops.obligations
where status <> 'not_due'
