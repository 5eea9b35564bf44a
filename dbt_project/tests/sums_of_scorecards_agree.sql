-- The nation is all its providers, a municipality its own: counts of scorecards add up, and so do those of the trend.
with cards as (
    select
        case when scorecards.is_total then 'total' else scorecards.dataset end as dataset,
        scorecards.territory_level,
        scorecards.territory_code,
        scorecards.expected,
        scorecards.accepted,
        scorecards.on_time,
        scorecards.missing,
        scorecards.waived,
        scorecards.conformance_applicable,
        scorecards.completeness_filled,
        scorecards.consistency_passed
    from {{ ref('territory_scorecard') }} as scorecards
),

of_providers as (
    select
        scorecards.dataset,
        sum(scorecards.expected) as expected,
        sum(scorecards.accepted) as accepted,
        sum(scorecards.on_time) as on_time,
        sum(scorecards.missing) as missing,
        sum(scorecards.waived) as waived,
        sum(scorecards.conformance_applicable) as conformance_applicable,
        sum(scorecards.completeness_filled) as completeness_filled,
        sum(scorecards.consistency_passed) as consistency_passed
    from {{ ref('provider_scorecard') }} as scorecards
    where scorecards.is_current
    group by scorecards.dataset
),

of_municipalities as (
    select
        dataset,
        sum(expected) as expected,
        sum(accepted) as accepted
    from cards
    where territory_level = 'municipality'
    group by dataset
),

of_national_providers as (
    select
        dataset,
        sum(expected) as expected,
        sum(accepted) as accepted
    from {{ ref('provider_scorecard') }}
    where
        is_current
        and municipality_code is null
    group by dataset
),

past_due as (
    select
        date_trunc('month', period_end)::date as month_start,
        count(*) filter (where is_expected) as expected,
        count(*) filter (where not is_expected) as waived
    from {{ ref('fct_obligation') }}
    where is_past_due
    group by date_trunc('month', period_end)
),

trend as (
    select
        month_start,
        level,
        sum(expected) as expected,
        sum(waived) as waived
    from {{ ref('collection_trend') }}
    where is_total
    group by month_start, level
)

select
    'scorecards' as sums,
    cards.dataset as what
from cards
full join of_providers on cards.dataset = of_providers.dataset
left join of_municipalities on cards.dataset = of_municipalities.dataset
left join of_national_providers on cards.dataset = of_national_providers.dataset
where
    coalesce(cards.territory_level, 'nation') = 'nation'
    and (
        (
            cards.expected,
            cards.accepted,
            cards.on_time,
            cards.missing,
            cards.waived,
            cards.conformance_applicable,
            cards.completeness_filled,
            cards.consistency_passed
        ) is distinct from (
            of_providers.expected,
            of_providers.accepted,
            of_providers.on_time,
            of_providers.missing,
            of_providers.waived,
            of_providers.conformance_applicable,
            of_providers.completeness_filled,
            of_providers.consistency_passed
        )
        or cards.expected <> coalesce(of_municipalities.expected, 0) + coalesce(of_national_providers.expected, 0)
        or cards.accepted <> coalesce(of_municipalities.accepted, 0) + coalesce(of_national_providers.accepted, 0)
    )
union all
select
    'trend' as sums,
    past_due.month_start::text as what
from past_due
left join trend as of_nation
    on
        past_due.month_start = of_nation.month_start
        and of_nation.level = 'nation'
left join trend as of_providers
    on
        past_due.month_start = of_providers.month_start
        and of_providers.level = 'provider'
where
    (past_due.expected, past_due.waived) is distinct from (of_nation.expected, of_nation.waived)
    or (past_due.expected, past_due.waived) is distinct from (of_providers.expected, of_providers.waived)
