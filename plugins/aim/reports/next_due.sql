-- What is still to come of the provider, and by when.
select
    dataset,
    period,
    due_on
from ops.obligations
where provider_code = %(provider_code)s and due_on > %(today)s and status in ('not_due', 'rejected')
order by due_on, dataset, period
