-- Rules about a delivery as a whole that it broke, and rules of ours that could not be run on it.
select
    delivery_id,
    rule_code,
    status
from quality.check_results
where
    is_current
    and delivery_id = any(%(delivery_ids)s)
    and (status = 'errored' or (status = 'failed' and rule_code = any(%(file_rules)s)))
order by delivery_id, rule_code
