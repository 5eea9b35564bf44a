-- Of each of these slices of a provider the delivery received last: how the slice stands now.
select distinct on (dataset, period) *
from ops.deliveries_told
where
    provider_code = %(provider_code)s
    and verdict in ('accepted', 'accepted_with_findings', 'rejected')
    and (dataset || ' ' || period) = any(%(slices)s)
order by dataset asc, period asc, received_at desc, delivery_id desc
