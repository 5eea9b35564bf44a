-- Rows of each delivery that are out, and those with questions only, of these rules and not yet answered; besides, the
-- questions about the file as a whole (row 0). A row missing from the file stands in an earlier one.
with of_row as (
    select
        issues.delivery_id,
        issues.row_number,
        bool_or(issues.out) as is_out,
        count(*) as findings
    from quality.row_issues as issues
    where
        issues.delivery_id = any(%(delivery_ids)s)
        and issues.rule_code = any(%(rule_codes)s)
        and not issues.answered
    group by issues.delivery_id, issues.row_number, issues.of_delivery
)

select
    delivery_id,
    count(*) filter (where row_number > 0 and is_out) as rows_to_fix,
    count(*) filter (where row_number > 0 and not is_out) as rows_to_explain,
    coalesce(sum(findings) filter (where row_number = 0), 0)::integer as files_to_explain
from of_row
group by delivery_id
