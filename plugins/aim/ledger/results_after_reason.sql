-- What the rules found less what was answered, as a judging would write it.
with found as (
    select
        delivery_id,
        rule_code,
        count(*) filter (where not answered) as open,
        count(*) filter (where answered) as answered
    from quality.row_issues
    where delivery_id = any(%(delivery_ids)s) and rule_code = any(%(rule_codes)s)
    group by delivery_id, rule_code
)

update quality.check_results as results
set
    status = case when found.open > 0 then 'failed' else 'passed' end,
    failed = found.open,
    reason = 'answered: ' || found.answered
from found
where
    results.delivery_id = found.delivery_id
    and results.rule_code = found.rule_code
    and results.is_current
    and results.status in ('passed', 'failed')
    and found.answered > 0
