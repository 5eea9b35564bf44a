with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S09'
),

open_cases as (
    select * from {{ ref('int_open_cases') }}
),

assessments as (
    select * from {{ ref('int_valid_assessments') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

assessed_cases as (
    select
        open_cases.*,
        assessments.overall_level,
        assessments.overall_level >= severe_level.value as is_severe
    from open_cases
    left join assessments
        on
            open_cases.provider_code = assessments.provider_code
            and open_cases.case_number = assessments.case_number
            and assessments.latest_from <= open_cases.reference_date
            and assessments.latest_until > open_cases.reference_date
    {{ parameter('severe_level', 'open_cases.reference_date') }}
),

counted as (
    select
        assessed_cases.reference_date,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(*) as open_cases,
        count(assessed_cases.overall_level) as assessed,
        count(*) filter (where assessed_cases.is_severe) as severe,
        count(*) filter (where assessed_cases.overall_level = 1) as level_1,
        count(*) filter (where assessed_cases.overall_level = 2) as level_2,
        count(*) filter (where assessed_cases.overall_level = 3) as level_3,
        count(*) filter (where assessed_cases.overall_level = 4) as level_4
    from assessed_cases
    inner join territories on assessed_cases.municipality_code = territories.municipality_code
    {{ child_breakdowns('assessed_cases') }}
    group by
        assessed_cases.reference_date,
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
