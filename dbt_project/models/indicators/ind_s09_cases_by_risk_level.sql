with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S09'
),

cases as (
    select * from {{ ref('int_assessed_cases') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

-- Cases alike are counted first, which leaves few rows to spread over territories and breakdowns.
alike as (
    select
        cases.reference_date,
        cases.municipality_code,
        cases.sex,
        cases.age_band,
        cases.disability,
        cases.sen,
        count(*) as open_cases,
        count(cases.overall_level) as assessed,
        count(*) filter (where cases.overall_level >= severe_level.value) as severe,
        count(*) filter (where cases.overall_level = 1) as level_1,
        count(*) filter (where cases.overall_level = 2) as level_2,
        count(*) filter (where cases.overall_level = 3) as level_3,
        count(*) filter (where cases.overall_level = 4) as level_4
    from cases
    {{ parameter('severe_level', 'cases.reference_date') }}
    group by
        cases.reference_date,
        cases.municipality_code,
        cases.sex,
        cases.age_band,
        cases.disability,
        cases.sen
),

counted as (
    select
        alike.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(alike.open_cases) as open_cases,
        sum(alike.assessed) as assessed,
        sum(alike.severe) as severe,
        sum(alike.level_1) as level_1,
        sum(alike.level_2) as level_2,
        sum(alike.level_3) as level_3,
        sum(alike.level_4) as level_4
    from alike
    inner join territories on alike.municipality_code = territories.municipality_code
    {{ child_breakdowns('alike') }}
    group by
        alike.reference_date,
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
        measures.numerator,
        measures.denominator
    from counted
    cross join lateral (
        values
        ('main', counted.severe, counted.assessed),
        ('level_1', counted.level_1, counted.assessed),
        ('level_2', counted.level_2, counted.assessed),
        ('level_3', counted.level_3, counted.assessed),
        ('level_4', counted.level_4, counted.assessed),
        ('not_assessed', counted.open_cases - counted.assessed, counted.open_cases)
    ) as measures (measure, numerator, denominator)
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
        coalesce(measured.denominator, 0)::numeric as denominator,
        false as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_end = measured.reference_date
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
)

select * from final
