with changed as (
    select
        delivery_id,
        provider_code,
        dataset,
        period_start,
        period_end
    from ops.deliveries
    where delivery_id = any(%(delivery_ids)s)
),

affected as (
    select later.delivery_id
    from changed
    inner join ops.deliveries as later
        on
            changed.provider_code = later.provider_code
            and changed.dataset = later.dataset
            and changed.period_start <= later.period_start
    union
    select comparing.delivery_id
    from changed
    inner join
        unnest(%(datasets)s::text[], %(looked_at)s::text[], %(days_after)s::int[])
            as compared (dataset, looked_at, days_after)
        on changed.dataset = compared.looked_at
    inner join ops.deliveries as comparing
        on
            compared.dataset = comparing.dataset
            and comparing.period_start <= changed.period_end
            and comparing.period_end + compared.days_after >= changed.period_start
)

update ops.deliveries as delivery
set needs_comparing = true
from affected
where
    delivery.delivery_id = affected.delivery_id
    and delivery.verdict in ('accepted', 'accepted_with_findings')
    and not delivery.needs_comparing
    and delivery.retired_at is null
