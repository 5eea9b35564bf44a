-- How many findings of each rule and field were answered with a reason, by delivery.
select
    delivery_id,
    rule_code,
    field,
    count(*) as row_count
from quality.row_issues
where answered and delivery_id = any(%(delivery_ids)s)
group by delivery_id, rule_code, field
order by delivery_id, rule_code, field
