with former as (
    select * from ops.run_slices
    where
        run_id = %(run_then)s
        and dataset = any(%(datasets)s)
),

present as (
    select * from ops.run_slices
    where
        run_id = %(run_now)s
        and dataset = any(%(datasets)s)
),

changed as (
    select
        case
            when former.delivery_id is null then 'came'
            when present.delivery_id is null then 'gone'
            when former.delivery_id <> present.delivery_id then 'replaced'
            else 'judged_again'
        end as what,
        coalesce(present.provider_code, former.provider_code) as provider_code,
        coalesce(present.dataset, former.dataset) as dataset,
        coalesce(present.period, former.period) as period,
        former.delivery_id as delivery_then,
        present.delivery_id as delivery_now
    from former
    full join present
        on
            former.provider_code = present.provider_code
            and former.dataset = present.dataset
            and former.period = present.period
    where former.load_id is distinct from present.load_id
)

select
    changed.what,
    changed.provider_code,
    providers.name as provider_name,
    changed.dataset,
    changed.period,
    changed.delivery_then,
    changed.delivery_now,
    deliveries.file_name,
    deliveries.verdict,
    deliveries.received_at,
    deliveries.rows_loaded
from changed
inner join ops.deliveries as deliveries
    on coalesce(changed.delivery_now, changed.delivery_then) = deliveries.delivery_id
left join core.dim_provider as providers on changed.provider_code = providers.provider_code
order by
    changed.what = 'judged_again' asc,
    deliveries.delivery_id desc
