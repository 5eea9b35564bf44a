-- Lists of findings that came back, those of `answer_ids` or all since `since`, with what was made of each.
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
where answer_id = any(%(answer_ids)s::bigint[]) or received_at >= %(since)s::timestamptz
order by received_at, answer_id
