-- Lists of findings that came back since `since`, with what was made of each.
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
where received_at >= %(since)s
order by received_at, answer_id
