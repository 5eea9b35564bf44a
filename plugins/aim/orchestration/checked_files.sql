select
    delivery_id,
    file_name as file,
    verdict,
    reason_code,
    reason_detail,
    is_nil,
    reading_notes,
    rows_received,
    rows_loaded,
    rows_quarantined,
    rows_duplicate
from ops.deliveries
where delivery_id = any(%(delivery_ids)s)
