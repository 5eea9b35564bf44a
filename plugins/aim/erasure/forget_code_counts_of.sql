delete from quality.code_counts
where delivery_id = any(%(delivery_ids)s)
