-- Rules that wait for another slice (which), and rules of ours that could not be asked.
select
    delivery_id,
    rule_code,
    case when status = 'not_applicable' then split_part(reason, ':', 2) end as waits_for
from quality.check_results
where
    delivery_id = any(%(delivery_ids)s)
    and is_current
    and (status = 'errored' or (status = 'not_applicable' and reason like 'waiting:%%'))
order by rule_code
