insert into ops.deliveries (
    delivery_id, provider_code, dataset, period, period_start, period_end, municipality_code,
    version, channel, file_name, sha256, received_at, judged_at, verdict, accepted_as,
    reason_code, reason_detail, is_nil, is_readable, needs_judging, load_id, contract_version,
    archive_name, reading_notes, rows_received, rows_loaded, rows_quarantined, rows_duplicate
)
overriding system value
values (
    %(delivery_id)s, %(provider_code)s, %(dataset)s, %(period)s, %(period_start)s, %(period_end)s,
    %(municipality_code)s, %(version)s, %(channel)s, %(file_name)s, %(sha256)s, %(received_at)s,
    %(judged_at)s, %(verdict)s, %(accepted_as)s, %(reason_code)s, %(reason_detail)s, %(is_nil)s,
    %(is_readable)s, %(needs_judging)s, %(load_id)s, %(contract_version)s, %(archive_name)s,
    %(reading_notes)s, %(rows_received)s, %(rows_loaded)s, %(rows_quarantined)s, %(rows_duplicate)s
)
