with disability as (
    select * from {{ ref('fct_disability') }}
),

special_needs as (
    select * from {{ ref('fct_special_needs') }}
),

-- A child without a code of its own cannot be found again in a register.
decisions as (
    select
        'disability' as breakdown,
        provider_code,
        child_id,
        in_force_from,
        in_force_to,
        period_start
    from disability
    where not has_temporary_code
    union all
    select
        'sen' as breakdown,
        provider_code,
        child_id,
        decided_on as in_force_from,
        in_force_to,
        period_start
    from special_needs
    where not has_temporary_code
),

latest as (
    select distinct on (breakdown, provider_code, child_id, in_force_from) *
    from decisions
    order by
        breakdown asc, provider_code asc, child_id asc, in_force_from asc, period_start desc
),

-- Decisions that overlap or follow each other are one span, so that a day has one row of a child at most.
merged as (
    select
        breakdown,
        child_id,
        range_agg(daterange(in_force_from, in_force_to)) as spans
    from latest
    where
        in_force_to is null
        or in_force_to > in_force_from
    group by breakdown, child_id
),

final as (
    select
        merged.breakdown,
        merged.child_id,
        lower(spans.span) as in_force_from,
        coalesce(upper(spans.span), 'infinity'::date) as in_force_until
    from merged
    cross join lateral unnest(merged.spans) as spans (span)
)

select * from final
