select
    delivery_id,
    provider_code,
    period
from quality.batch
