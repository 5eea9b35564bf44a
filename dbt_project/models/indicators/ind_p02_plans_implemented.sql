with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P02'
),

measures_due as (
    select * from {{ ref('int_due_measures') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

-- Measures alike are counted first, which leaves few rows to spread over territories and breakdowns.
alike as (
    select
        date_trunc('month', due_on)::date as month_start,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        count(*) as due,
        sum(implemented) as implemented,
        count(*) filter (where is_done_on_time) as on_time
    from measures_due
    group by date_trunc('month', due_on)::date, municipality_code, sex, age_band, disability, sen
),

counted as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(alike.due) as due,
        sum(alike.implemented) as implemented,
        sum(alike.on_time) as on_time
    from alike
    inner join months on alike.month_start = months.month_start
    inner join territories on alike.municipality_code = territories.municipality_code
    {{ child_breakdowns('alike') }}
    group by
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

measured as (
    select
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        counted.breakdown,
        counted.breakdown_value,
        measures.measure,
        measures.numerator,
        counted.due as denominator
    from counted
    cross join lateral (
        values
        ('main', counted.implemented),
        ('on_time', counted.on_time)
    ) as measures (measure, numerator)
),

{{ records_as_expected() }}

select * from final
