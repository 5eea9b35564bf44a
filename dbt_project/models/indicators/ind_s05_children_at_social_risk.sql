with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S05'
),

statuses as (
    select * from {{ ref('fct_social_risk_status') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population as (
    select * from {{ ref('int_population_at') }}
),

with_status as (
    select
        statuses.period_end as reference_date,
        statuses.child_id,
        statuses.municipality_code,
        statuses.sex,
        {{ child_traits() }},
        statuses.reason
    from statuses
    {{ parameter('child_max_age', 'statuses.period_end') }}
    {{ join_child_traits('statuses', 'period_end') }}
    where
        statuses.status_from <= statuses.period_end
        and (statuses.status_to is null or statuses.status_to > statuses.period_end)
        and {{ is_child_on('statuses.birth_month', 'statuses.period_end') }}
),

children as (
    select
        with_status.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        with_status.child_id
    from with_status
    inner join territories on with_status.municipality_code = territories.municipality_code
    {{ child_breakdowns('with_status') }}
    union all
    select
        with_status.reference_date,
        territories.territory_code,
        'reason' as breakdown,
        with_status.reason as breakdown_value,
        with_status.child_id
    from with_status
    inner join territories on with_status.municipality_code = territories.municipality_code
),

measured as (
    select
        reference_date,
        territory_code,
        breakdown,
        breakdown_value,
        'main' as measure,
        count(distinct child_id) as numerator
    from children
    group by reference_date, territory_code, breakdown, breakdown_value
),

final as (
    select
        expected.indicator_code,
        expected.measure,
        expected.period_grain,
        expected.period_start,
        expected.territory_level,
        expected.territory_code,
        expected.breakdown,
        expected.breakdown_value,
        coalesce(measured.numerator, 0)::numeric as numerator,
        population.children::numeric as denominator,
        coalesce(population.is_estimated, false) as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_end = measured.reference_date
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
    -- The reason is asked of all children.
    left join population
        on
            expected.period_end = population.reference_date
            and expected.territory_code = population.territory_code
            and case expected.breakdown when 'reason' then 'total' else expected.breakdown end
            = population.breakdown
            and case expected.breakdown when 'reason' then 'total' else expected.breakdown_value end
            = population.breakdown_value
)

select * from final
