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
    outcomes
from ops.answers
where
    (%(provider)s::text is null or provider_code = %(provider)s)
    and (%(period)s::text is null or period = %(period)s)
order by received_at desc, answer_id desc
limit %(most)s
