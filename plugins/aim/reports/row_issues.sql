-- How many rows of each delivery break each rule, and the first of them as the provider's own file numbers them.
-- A question that was answered with a reason is not asked again; of a row that is out anyway none is asked.
-- Row 0 stands for the file as a whole: checks_of_file.sql tells of it.
select
    issues.delivery_id,
    issues.rule_code,
    issues.field,
    count(*) as row_count,
    (array_agg(issues.row_number order by issues.row_number))[1:%(shown)s] as first_rows
from quality.row_issues as issues
where
    issues.delivery_id = any(%(delivery_ids)s)
    and issues.row_number > 0
    and not exists (
        select from quality.reasons as given
        where
            given.delivery_id = issues.delivery_id
            and given.rule_code = issues.rule_code
            and (given.row_number is null or given.row_number = issues.row_number)
    )
    and (
        issues.out
        or not exists (
            select from quality.row_issues as worse
            where
                worse.out
                and worse.delivery_id = issues.delivery_id
                and worse.row_number = issues.row_number
        )
    )
group by issues.delivery_id, issues.rule_code, issues.field
order by row_count desc, issues.delivery_id asc, issues.rule_code asc, issues.field asc
