select
    rule_code,
    field,
    count(*) as failed
from quality.row_issues
where delivery_id in (select batch.delivery_id from quality.batch as batch)
group by rule_code, field
