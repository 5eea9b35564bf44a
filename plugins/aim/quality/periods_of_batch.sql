select
    min(batch.period_start) as first_start,
    max(batch.period_start) as last_start,
    coalesce(min(former.period_start), min(batch.period_start)) as first_former_start
from quality.batch as batch
left join ops.speaking_deliveries as former
    on
        batch.provider_code = former.provider_code
        and batch.dataset = former.dataset
        and batch.period_start - 1 = former.period_end
