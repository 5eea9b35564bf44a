with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P01'
),

pairs as (
    select * from {{ ref('int_assessment_pairs') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

-- Pairs alike are counted first, which leaves few rows to spread over territories and breakdowns.
alike as (
    select
        period_grain,
        period_start,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        count(*) as pairs,
        count(*) filter (where change < 0) as improved,
        count(*) filter (where change = 0) as unchanged,
        sum(change) as change
    from pairs
    group by period_grain, period_start, municipality_code, sex, age_band, disability, sen
),

counted as (
    select
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(alike.pairs) as pairs,
        sum(alike.improved) as improved,
        sum(alike.unchanged) as unchanged,
        sum(alike.change) as change
    from alike
    inner join territories on alike.municipality_code = territories.municipality_code
    {{ child_breakdowns('alike') }}
    group by
        alike.period_grain,
        alike.period_start,
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
        counted.pairs as denominator
    from counted
    cross join lateral (
        values
        ('main', counted.improved),
        ('unchanged', counted.unchanged),
        ('mean_change', counted.change)
    ) as measures (measure, numerator)
),

{{ records_as_expected() }}

select * from final
