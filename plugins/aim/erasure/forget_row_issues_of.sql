delete from quality.row_issues
where
    delivery_id = any(%(delivery_ids)s)
    or of_delivery = any(%(delivery_ids)s)
