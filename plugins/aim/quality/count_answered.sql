select
    delivery_id,
    rule_code,
    count(*) as answered
from quality.row_issues
where answered and delivery_id in (select batch.delivery_id from quality.batch as batch)
group by delivery_id, rule_code
