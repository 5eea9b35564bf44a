-- When a child had a disability, when special needs: of each decision its latest slice, times that overlap made one.
-- A child without a code of its own cannot be found again in a register.
create unlogged table by_hand.decisions as
with latest_disability as (
    select distinct on (provider_code, child_id, in_force_from)
        child_id,
        in_force_from,
        in_force_to
    from by_hand.fct_disability
    where not has_temporary_code
    order by provider_code asc, child_id asc, in_force_from asc, period_start desc
),

latest_special_needs as (
    select distinct on (provider_code, child_id, decided_on)
        child_id,
        decided_on as in_force_from,
        in_force_to
    from by_hand.fct_special_needs
    where not has_temporary_code
    order by provider_code asc, child_id asc, decided_on asc, period_start desc
),

decisions as (
    select
        'disability' as kind,
        *
    from latest_disability
    union all
    select
        'sen' as kind,
        *
    from latest_special_needs
),

merged as (
    select
        kind,
        child_id,
        range_agg(daterange(in_force_from, in_force_to)) as times
    from decisions
    group by kind, child_id
)

select
    merged.kind,
    merged.child_id,
    lower(spans.span) as in_force_from,
    coalesce(upper(spans.span), 'infinity'::date) as in_force_until
from merged
cross join unnest(merged.times) as spans (span);
analyze by_hand.decisions;
