-- What is open in a delivery by these rules, one row a finding in the order of its file; the file as a whole (row 0)
-- first. Of a row that is out no question is told. A row missing from the file is told by where it stood before.
select
    issues.row_number,
    issues.rule_code,
    issues.field,
    issues.out,
    stood_in.file_name as stood_in
from quality.row_issues as issues
left join ops.deliveries as stood_in on issues.of_delivery = stood_in.delivery_id
where
    issues.delivery_id = %(delivery_id)s
    and issues.rule_code = any(%(rule_codes)s)
    and not issues.answered
    and (
        issues.out
        or issues.of_delivery is not null
        or not exists (
            select from quality.row_issues as worse
            where
                worse.out
                and worse.delivery_id = issues.delivery_id
                and worse.row_number = issues.row_number
        )
    )
order by issues.row_number asc, issues.out desc, issues.rule_code asc, issues.field asc
