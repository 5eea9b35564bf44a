with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S07'
),

offences as (
    select * from {{ ref('fct_offences') }}
    where offence_group = 'VISO'
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population as (
    select * from {{ ref('int_population_years') }}
),

by_age as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        offences.age,
        offences.sex,
        offences.age >= offender_min_age.value as is_of_age,
        sum(offences.persons) as persons,
        sum(offences.acts) as acts
    from offences
    inner join months on date_trunc('month', offences.period_start)::date = months.month_start
    inner join territories on offences.municipality_code = territories.municipality_code
    {{ parameter('offender_min_age', 'months.period_end') }}
    {{ parameter('child_max_age', 'months.period_end') }}
    where offences.age <= child_max_age.value
    group by
        months.period_grain,
        months.period_start,
        territories.territory_code,
        offences.age,
        offences.sex,
        offences.age >= offender_min_age.value
),

measured as (
    select
        by_age.period_grain,
        by_age.period_start,
        by_age.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        measures.measure,
        sum(measures.numerator) as numerator
    from by_age
    {{ each_of('breakdowns (breakdown, breakdown_value)', [
        "'total', 'total'",
        "'sex', by_age.sex",
        "'age', by_age.age::text",
    ]) }}
    {{ each_of('measures (measure, numerator, is_counted)', [
        "'main', by_age.persons, by_age.is_of_age",
        "'acts', by_age.acts, by_age.is_of_age",
        "'under_14', by_age.persons, not by_age.is_of_age",
    ]) }}
    where measures.is_counted
    group by
        by_age.period_grain,
        by_age.period_start,
        by_age.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        measures.measure
),

-- The mean of the year's beginning and end, of the ages counted.
children as (
    select
        this_year.population_year as flow_year,
        this_year.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(breakdowns.children) / 2 as children,
        bool_or(this_year.is_estimated or next_year.is_estimated) as is_estimated
    from population as this_year
    inner join population as next_year
        on
            this_year.territory_code = next_year.territory_code
            and this_year.population_year + 1 = next_year.population_year
            and this_year.age = next_year.age
    {{ parameter('offender_min_age', 'make_date(this_year.population_year, 12, 31)') }}
    {{ each_of('breakdowns (breakdown, breakdown_value, children)', [
        "'total', 'total', this_year.children + next_year.children",
        "'sex', 'male', this_year.boys + next_year.boys",
        "'sex', 'female', this_year.girls + next_year.girls",
        "'age', this_year.age::text, this_year.children + next_year.children",
    ]) }}
    where this_year.age >= offender_min_age.value
    group by
        this_year.population_year,
        this_year.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
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
        children.children::numeric as denominator,
        coalesce(children.is_estimated, false) as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
    left join children
        on
            expected.measure <> 'under_14'
            and extract(year from expected.period_start) = children.flow_year
            and expected.territory_code = children.territory_code
            and expected.breakdown = children.breakdown
            and expected.breakdown_value = children.breakdown_value
)

select * from final
