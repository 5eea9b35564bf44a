select *
from ops.deliveries_told
where delivery_id = any(%(delivery_ids)s)
order by dataset, period, delivery_id
