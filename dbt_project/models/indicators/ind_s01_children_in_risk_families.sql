with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S01'
),

open_cases as (
    select * from {{ ref('int_open_cases') }}
),

registered as (
    select * from {{ ref('int_registered_risk_families') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population as (
    select * from {{ ref('int_population_at') }}
),

-- Each version counts what its own source has; a period is computed by one of them.
sources as (
    select
        'v1' as definition_version,
        reference_date,
        provider_code,
        family_number,
        child_id,
        municipality_code,
        sex,
        age_band,
        disability,
        sen
    from registered
    union all
    select
        'v2' as definition_version,
        reference_date,
        provider_code,
        family_number,
        child_id,
        municipality_code,
        sex,
        age_band,
        disability,
        sen
    from open_cases
),

days as (
    select distinct
        definition_version,
        period_end
    from expected
),

rows_of_days as (
    select
        sources.*,
        territories.territory_code
    from sources
    inner join territories on sources.municipality_code = territories.municipality_code
    inner join days
        on
            sources.definition_version = days.definition_version
            and sources.reference_date = days.period_end
),

-- On one day a child is of one sex, age band and so on in each of its rows.
children as (
    select distinct
        reference_date,
        territory_code,
        child_id,
        sex,
        age_band,
        disability,
        sen
    from rows_of_days
),

families as (
    select distinct
        rows_of_days.reference_date,
        rows_of_days.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        rows_of_days.provider_code,
        rows_of_days.family_number
    from rows_of_days
    {{ child_breakdowns('rows_of_days') }}
),

-- Children alike are counted first, which leaves few rows to break down.
alike as (
    select
        reference_date,
        territory_code,
        sex,
        age_band,
        disability,
        sen,
        count(*) as children
    from children
    group by reference_date, territory_code, sex, age_band, disability, sen
),

measured as (
    select
        alike.reference_date,
        alike.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        'main' as measure,
        sum(alike.children) as numerator
    from alike
    {{ child_breakdowns('alike') }}
    group by
        alike.reference_date,
        alike.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
    union all
    select
        reference_date,
        territory_code,
        breakdown,
        breakdown_value,
        'families' as measure,
        count(*) as numerator
    from families
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
    left join population
        on
            expected.measure = 'main'
            and expected.period_end = population.reference_date
            and expected.territory_code = population.territory_code
            and expected.breakdown = population.breakdown
            and expected.breakdown_value = population.breakdown_value
)

select * from final
