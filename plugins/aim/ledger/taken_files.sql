select
    delivery_id,
    archive_name,
    provider_code,
    dataset,
    period_start,
    rows_received,
    is_readable and verdict <> 'duplicate' as has_rows
from ops.deliveries
where
    file_name is not null
    and retired_at is null
order by delivery_id
