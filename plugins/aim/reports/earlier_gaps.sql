select
    dataset,
    period,
    due_on
from ops.obligations
where
    provider_code = %(provider_code)s
    and status in ('not_received', 'rejected')
    and due_on < %(due_from)s
    and due_on >= %(since)s
order by due_on, dataset, period
