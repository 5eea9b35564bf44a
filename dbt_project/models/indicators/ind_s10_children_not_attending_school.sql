with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S10'
),

absences as (
    select * from {{ ref('fct_school_absence') }}
),

out_of_education as (
    select * from {{ ref('fct_out_of_education') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

pupils as (
    select * from {{ ref('int_pupils_at') }}
),

population as (
    select * from {{ ref('int_population_years') }}
),

not_attending as (
    select distinct
        date_trunc('month', absences.period_start)::date as month_start,
        absences.municipality_code,
        absences.child_id
    from absences
    {{ parameter('absence_pct', 'absences.period_end') }}
    {{ parameter('school_min_age', 'absences.period_end') }}
    {{ parameter('school_max_age', 'absences.period_end') }}
    where
        absences.lessons_missed_unexcused * 100 > absences.lessons_total * absence_pct.value
        and {{ age_on('absences.birth_month', 'absences.period_end') }}
        between school_min_age.value and school_max_age.value
),

-- A school year belongs to the year it ends in, and asks for the ages of that year's first day.
not_in_education as (
    select
        extract(year from out_of_education.period_end)::integer as population_year,
        out_of_education.municipality_code,
        out_of_education.child_id,
        out_of_education.reason = 'ISVYKO' as has_emigrated,
        out_of_education.birth_month,
        make_date(extract(year from out_of_education.period_end)::integer, 1, 1) as reference_date
    from out_of_education
),

of_age as (
    select not_in_education.*
    from not_in_education
    {{ parameter('education_min_age', 'not_in_education.reference_date') }}
    {{ parameter('education_max_age', 'not_in_education.reference_date') }}
    where
        {{ age_on('not_in_education.birth_month', 'not_in_education.reference_date') }}
        between education_min_age.value and education_max_age.value
),

measured as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        'main' as measure,
        count(distinct not_attending.child_id) as numerator
    from not_attending
    inner join months on not_attending.month_start = months.month_start
    inner join territories on not_attending.municipality_code = territories.municipality_code
    group by months.period_grain, months.period_start, territories.territory_code
    union all
    select
        'year' as period_grain,
        of_age.reference_date as period_start,
        territories.territory_code,
        measures.measure,
        count(distinct of_age.child_id) as numerator
    from of_age
    inner join territories on of_age.municipality_code = territories.municipality_code
    {{ each_of('measures (measure, is_counted)', [
        "'not_in_education', not of_age.has_emigrated",
        "'not_in_education_all', true",
    ]) }}
    where measures.is_counted
    group by of_age.reference_date, territories.territory_code, measures.measure
),

children as (
    select
        population.population_year,
        population.territory_code,
        sum(population.children) as children,
        bool_or(population.is_estimated) as is_estimated
    from population
    {{ parameter('education_min_age', 'make_date(population.population_year, 1, 1)') }}
    {{ parameter('education_max_age', 'make_date(population.population_year, 1, 1)') }}
    where population.age between education_min_age.value and education_max_age.value
    group by population.population_year, population.territory_code
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
        coalesce(pupils.pupils, children.children)::numeric as denominator,
        coalesce(pupils.is_estimated, children.is_estimated, false) as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
    left join pupils
        on
            expected.measure = 'main'
            and expected.period_end = pupils.reference_date
            and expected.territory_code = pupils.territory_code
    left join children
        on
            expected.measure <> 'main'
            and extract(year from expected.period_start) = children.population_year
            and expected.territory_code = children.territory_code
)

select * from final
