with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S08'
),

addiction as (
    select * from {{ ref('fct_addiction') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population as (
    select * from {{ ref('int_population_mean') }}
),

measured as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        measures.measure,
        sum(measures.numerator) as numerator
    from addiction
    inner join months on date_trunc('month', addiction.period_start)::date = months.month_start
    inner join territories on addiction.municipality_code = territories.municipality_code
    {{ each_of('breakdowns (breakdown, breakdown_value)', [
        "'total', 'total'",
        "'sex', addiction.sex",
        "'age_band', addiction.age_band",
    ]) }}
    {{ each_of('measures (measure, numerator)', [
        "'main', addiction.persons",
        "'new', addiction.new_persons",
    ]) }}
    group by
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        measures.measure
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
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
    left join population
        on
            extract(year from expected.period_start) = population.flow_year
            and expected.territory_code = population.territory_code
            and expected.breakdown = population.breakdown
            and expected.breakdown_value = population.breakdown_value
)

select * from final
