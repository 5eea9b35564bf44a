-- A case is of the child that its provider last said, the file that speaks before one that does not.
with named as (
    select
        landed.provider_code,
        landed.atvejo_nr,
        landed.delivery_id,
        landed.period_start,
        landed.vaiko_id,
        delivery.verdict in ('accepted', 'accepted_with_findings') as speaks
    from staging.atvejai as landed
    inner join ops.deliveries as delivery on landed.delivery_id = delivery.delivery_id
    where
        (landed.provider_code, landed.atvejo_nr) in (
            select
                own.provider_code,
                own.atvejo_nr
            from staging.atvejai as own
            where own.vaiko_id in (select unnest(%(children)s::uuid[]))
        )
),

latest as (
    select distinct on (provider_code, atvejo_nr)
        provider_code,
        atvejo_nr,
        delivery_id
    from named
    order by provider_code asc, atvejo_nr asc, speaks desc, period_start desc, delivery_id desc
)

select
    latest.provider_code,
    latest.atvejo_nr
from latest
where
    exists (
        select from named
        where
            named.provider_code = latest.provider_code
            and named.atvejo_nr = latest.atvejo_nr
            and named.delivery_id = latest.delivery_id
            and named.vaiko_id in (select unnest(%(children)s::uuid[]))
    )
