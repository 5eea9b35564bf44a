-- What each rule found in each field of each file; row 0 is the file as a whole and no row.
select
    issues.delivery_id,
    issues.rule_code,
    issues.field,
    stood_in.file_name as stood_in,
    count(*) as number,
    array_remove(array_agg(issues.row_number order by issues.row_number), 0) as rows,
    coalesce(array_agg(issues.row_number order by issues.row_number) filter (where issues.answered), '{}') as answered
from quality.row_issues as issues
left join ops.deliveries as stood_in on issues.of_delivery = stood_in.delivery_id
where issues.delivery_id = any(%(delivery_ids)s)
group by issues.delivery_id, issues.rule_code, issues.field, stood_in.delivery_id
order by issues.rule_code, issues.field, stood_in.delivery_id
