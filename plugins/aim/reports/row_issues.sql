-- How many rows of each delivery break each rule, and the first of them as the provider's own file numbers them.
-- A question that was answered with a reason is not asked again; of a row that is out anyway none is asked.
-- Row 0 stands for the file as a whole: of what refuses it checks_of_file.sql tells. A row missing from the file is
-- told by its number in the earlier file that it stood in.
select
    issues.delivery_id,
    issues.rule_code,
    issues.field,
    stood_in.file_name as stood_in,
    count(*) as row_count,
    coalesce(
        (array_agg(issues.row_number order by issues.row_number) filter (where issues.row_number > 0))[1:%(shown)s],
        '{}'
    ) as first_rows
from quality.row_issues as issues
left join ops.deliveries as stood_in on issues.of_delivery = stood_in.delivery_id
where
    issues.delivery_id = any(%(delivery_ids)s)
    and issues.rule_code <> all(%(file_rules)s)
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
group by issues.delivery_id, issues.rule_code, issues.field, stood_in.delivery_id
order by row_count desc, issues.delivery_id asc, issues.rule_code asc, issues.field asc
