with expected as (
    select * from {{ ref('int_expected_values') }}
    where
        indicator_code = 'S01'
        and definition_version = 'v2'
),

open_cases as (
    select * from {{ ref('int_open_cases') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population as (
    select * from {{ ref('int_population_at') }}
),

counted as (
    select
        open_cases.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(distinct open_cases.child_id) as children,
        count(distinct row(open_cases.provider_code, open_cases.family_number)) as families
    from open_cases
    inner join territories on open_cases.municipality_code = territories.municipality_code
    {{ child_breakdowns('open_cases') }}
    group by
        open_cases.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

measured as (
    select
        counted.reference_date,
        counted.territory_code,
        counted.breakdown,
        counted.breakdown_value,
        measures.measure,
        measures.numerator
    from counted
    cross join lateral (
        values
        ('main', counted.children),
        ('families', counted.families)
    ) as measures (measure, numerator)
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
