insert into quality.batch (
    delivery_id, dataset, provider_code, period, period_start, period_end, municipality_code, waits_for
)
select
    pending.delivery_id,
    pending.dataset,
    pending.provider_code,
    pending.period,
    pending.period_start,
    pending.period_end,
    pending.municipality_code,
    array(
        select looked_at.dataset
        from unnest(%(looks_at)s::text[]) as looked_at (dataset)
        where not exists (
            select from ops.speaking_deliveries as come
            where
                come.provider_code = pending.provider_code
                and come.dataset = looked_at.dataset
                and come.period = pending.period
        )
    ) as waits_for
from ops.deliveries as pending
where pending.dataset = %(dataset)s and pending.needs_judging
order by pending.received_at, pending.delivery_id
returning delivery_id
