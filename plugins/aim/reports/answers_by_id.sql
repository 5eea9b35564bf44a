select
    answer_id,
    provider_code,
    dataset,
    period,
    delivery_id,
    file_name,
    received_at,
    verdict,
    reason_code,
    findings,
    elsewhere,
    outcomes
from ops.answers
where answer_id = any(%(answer_ids)s)
order by answer_id
