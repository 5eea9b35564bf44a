create temporary table rehearsed on commit drop as
select
    delivery_id,
    row_number,
    rule_code,
    bool_or(out) as out
from quality.row_issues
where delivery_id = any(%(delivery_ids)s)
group by delivery_id, row_number, rule_code
