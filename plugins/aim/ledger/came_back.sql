-- Lists of findings that came back, those received last first.
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
where
    (%(provider)s::text is null or provider_code = %(provider)s)
    and (%(period)s::text is null or period = %(period)s)
    and (%(since)s::timestamptz is null or received_at >= %(since)s)
    and (%(answer_ids)s::bigint[] is null or answer_id = any(%(answer_ids)s))
order by received_at desc, answer_id desc
limit %(most)s::bigint
