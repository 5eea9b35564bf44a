-- What providers in a municipality owed with a due day from..until.
select
    provider_code,
    dataset,
    period,
    due_on,
    status
from ops.obligations
where municipality_code = %(municipality)s and due_on between %(due_from)s and %(due_until)s
order by provider_code, due_on, dataset, period
