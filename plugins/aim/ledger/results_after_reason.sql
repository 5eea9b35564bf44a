-- What the rule found less what was answered, as a judging would write it.
with found as (
    select
        delivery_id,
        count(*) filter (where not answered) as open,
        count(*) filter (where answered) as answered
    from quality.row_issues
    where delivery_id = any(%(delivery_ids)s) and rule_code = %(rule_code)s
    group by delivery_id
)

update quality.check_results as results
set
    status = case when found.open > 0 then 'failed' else 'passed' end,
    failed = found.open,
    reason = 'answered: ' || found.answered
from found
where
    results.delivery_id = found.delivery_id
    and results.rule_code = %(rule_code)s
    and results.is_current
    and results.status in ('passed', 'failed')
    and found.answered > 0
