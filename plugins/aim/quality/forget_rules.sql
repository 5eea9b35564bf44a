delete from quality.row_issues
where
    rule_code = any(%(codes)s)
    and delivery_id in (select batch.delivery_id from quality.batch as batch)
