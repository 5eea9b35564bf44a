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
    reason_code
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
    %(reason_code)s
)
returning answer_id
