insert into ops.answers (
    channel,
    file_name,
    digest,
    received_at,
    provider_code,
    dataset,
    period,
    delivery_id,
    verdict,
    reason_code,
    reason_detail
)
values (
    %(channel)s,
    %(file_name)s,
    %(digest)s,
    %(received_at)s,
    %(provider_code)s,
    %(dataset)s,
    %(period)s,
    %(delivery_id)s,
    %(verdict)s,
    %(reason_code)s,
    %(reason_detail)s
)
returning answer_id
