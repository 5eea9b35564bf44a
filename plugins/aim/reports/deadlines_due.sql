-- Slices that are missing (or were refused) and whose due day is near or past by no more than `days_after`; those past
-- by more only if somebody was told of them before.
select
    obligations.provider_code,
    obligations.dataset,
    obligations.period,
    obligations.due_on,
    obligations.status,
    obligations.municipality_code
from ops.obligations as obligations
where
    obligations.status in ('not_due', 'not_received', 'rejected')
    and obligations.due_on <= %(today)s + %(days_before)s
    and obligations.due_on >= %(today)s - %(days_told)s
    and (
        obligations.due_on >= %(today)s - %(days_after)s
        or exists (
            select from ops.mail_matters as told
            where
                told.provider_code = obligations.provider_code
                and told.period = obligations.period
                and told.kind in ('reminder', 'escalation')
                and told.recipient <> ''
                and split_part(told.about, ' ', 1) = obligations.dataset
        )
    )
order by obligations.due_on, obligations.provider_code, obligations.dataset, obligations.period
