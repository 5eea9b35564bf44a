insert into ops.run_slices (
    run_id, provider_code, dataset, period, period_start, period_end, municipality_code, delivery_id, load_id
)
select
    %(run_id)s as run_id,
    provider_code,
    dataset,
    period,
    period_start,
    period_end,
    municipality_code,
    delivery_id,
    load_id
from ops.speaking_deliveries
where provider_code <> all(%(in_test)s)
