delete from quality.check_results
where
    (%(codes)s::text[] is null or rule_code = any(%(codes)s))
    and delivery_id in (select batch.delivery_id from quality.batch as batch)
