-- Deliveries judged and received since `since`, with whom to tell where the file's name did not say.
select *
from ops.deliveries_told
where
    received_at >= %(since)s
    and verdict in ('accepted', 'accepted_with_findings', 'rejected', 'superseded', 'duplicate')
order by received_at, delivery_id
