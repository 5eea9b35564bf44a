with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P10'
),

answers as (
    select * from {{ ref('fct_feedback') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

counted as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(*) as answers,
        count(*) filter (where answers.score >= satisfied_score.value) as favourable,
        sum(answers.score) as score
    from answers
    inner join months on date_trunc('month', answers.period_start)::date = months.month_start
    inner join territories on answers.municipality_code = territories.municipality_code
    {{ parameter('unknown_answer', 'answers.period_end') }}
    {{ parameter('satisfied_score', 'answers.period_end') }}
    {{ each_of('breakdowns (breakdown, breakdown_value)', [
        "'total', 'total'",
        "'respondent', case answers.respondent when 'VAIKAS' then 'child' when 'TEVAI' then 'parent' end",
        "'question', answers.question::text",
    ]) }}
    where answers.score <> unknown_answer.value
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
        counted.answers as denominator
    from counted
    cross join lateral (
        values
        ('main', counted.favourable),
        ('mean_score', counted.score)
    ) as measures (measure, numerator)
),

{{ records_as_expected() }}

select * from final
