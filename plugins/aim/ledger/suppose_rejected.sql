update ops.deliveries
set verdict = 'rejected', reason_code = 'file_rule'
where delivery_id = any(%(delivery_ids)s) and verdict <> 'rejected'
