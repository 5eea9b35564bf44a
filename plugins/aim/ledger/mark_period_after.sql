-- What speaks for the period after is to be judged again: its rules look at this one.
update ops.deliveries as later
set needs_judging = true
from ops.deliveries as looked_at
where
    looked_at.delivery_id = %(delivery_id)s
    and later.provider_code = looked_at.provider_code
    and later.dataset = looked_at.dataset
    and later.period_start = looked_at.period_end + 1
    and later.verdict in ('accepted', 'accepted_with_findings')
    and not later.is_nil
