select
    delivery_id,
    provider_code,
    dataset,
    period,
    verdict,
    sha256,
    rows_received,
    received_at,
    taken_at,
    version,
    accepted_as,
    reason_code,
    reason_detail,
    load_id,
    rows_loaded,
    rows_quarantined,
    rows_duplicate
from ops.deliveries
where delivery_id = %(delivery_id)s
for update
