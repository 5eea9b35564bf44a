-- Deliveries judged and received since `since`, with whom to tell where the file's name did not say.
select
    delivery_id,
    provider_code,
    dataset,
    period,
    file_name,
    received_at,
    verdict,
    reason_code,
    reason_detail,
    is_nil,
    rows_received,
    rows_loaded,
    rows_quarantined,
    rows_duplicate,
    unknown_columns,
    total_rows,
    answered
from ops.deliveries_told
where
    received_at >= %(since)s
    and verdict in ('accepted', 'accepted_with_findings', 'rejected', 'superseded', 'duplicate')
order by received_at, delivery_id
