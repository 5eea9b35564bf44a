-- Rows of each delivery that are out, and rows with questions only, of these rules and not yet answered.
with of_row as (
    select
        issues.delivery_id,
        issues.row_number,
        bool_or(issues.out) as is_out
    from quality.row_issues as issues
    where
        issues.delivery_id = any(%(delivery_ids)s)
        and issues.rule_code = any(%(rule_codes)s)
        and issues.row_number > 0
        and not exists (
            select from quality.reasons as given
            where
                given.delivery_id = issues.delivery_id
                and given.rule_code = issues.rule_code
                and (given.row_number is null or given.row_number = issues.row_number)
        )
    group by issues.delivery_id, issues.row_number
)

select
    delivery_id,
    count(*) filter (where is_out) as rows_to_fix,
    count(*) filter (where not is_out) as rows_to_explain
from of_row
group by delivery_id
