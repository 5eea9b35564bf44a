update ops.deliveries
set
    needs_judging = delivery_id = any(%(delivery_ids)s),
    needs_comparing = delivery_id = any(%(delivery_ids)s)
where needs_judging or needs_comparing or delivery_id = any(%(delivery_ids)s)
