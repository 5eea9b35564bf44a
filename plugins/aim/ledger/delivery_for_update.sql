select *
from ops.deliveries
where delivery_id = %(delivery_id)s
for update
