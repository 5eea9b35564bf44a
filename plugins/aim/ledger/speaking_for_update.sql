select *
from ops.deliveries
where
    provider_code = %(provider_code)s
    and dataset = %(dataset)s
    and period = %(period)s
    and verdict in ('accepted', 'accepted_with_findings')
for update
