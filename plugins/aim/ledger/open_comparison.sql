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
        select compared.dataset
        from unnest(%(looked_at)s::text[], %(days_after)s::int[]) as compared (dataset, days_after)
        where not exists (
            select from ops.speaking_deliveries as come
            where
                come.dataset = compared.dataset
                and come.period_start <= pending.period_end + compared.days_after
                and come.period_end >= pending.period_start
        )
    )
    || case
        when
            not exists (
                select from ops.speaking_deliveries as earlier
                where
                    earlier.provider_code = pending.provider_code
                    and earlier.dataset = pending.dataset
                    and earlier.period_end = pending.period_start - 1
            )
            then array[pending.dataset]
        else '{}'
    end as waits_for
from ops.deliveries as pending
where
    pending.dataset = %(dataset)s
    and pending.needs_comparing
    and pending.verdict in ('accepted', 'accepted_with_findings')
order by pending.received_at, pending.delivery_id
returning delivery_id
