-- What the provider owed with a due day from..until, in order of dataset and period.
select
    dataset,
    period,
    due_on,
    status
from ops.obligations
where provider_code = %(provider_code)s and due_on between %(due_from)s and %(due_until)s
order by dataset, period_start
