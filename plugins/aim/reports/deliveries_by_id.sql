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
where delivery_id = any(%(delivery_ids)s)
order by dataset, period, delivery_id
