{#
    P01's measures over the pairs of which `breakdown` (disability, sen) is `yes`, by `total` only: counted for themselves, so
    that their equality with P01's breakdown is a proof.
#}
{% macro risk_improved_in(indicator_code, breakdown) %}
with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = '{{ indicator_code }}'
),

pairs as (
    select * from {{ ref('int_assessment_pairs') }}
    where {{ breakdown }} = 'yes'
),

territories as (
    select * from {{ ref('int_territories') }}
),

counted as (
    select
        pairs.period_grain,
        pairs.period_start,
        territories.territory_code,
        count(*) as pairs,
        count(*) filter (where pairs.change < 0) as improved,
        count(*) filter (where pairs.change = 0) as unchanged,
        sum(pairs.change) as change
    from pairs
    inner join territories on pairs.municipality_code = territories.municipality_code
    group by pairs.period_grain, pairs.period_start, territories.territory_code
),

measured as (
    select
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        'total' as breakdown,
        'total' as breakdown_value,
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
{% endmacro %}


{#
    P02's measures over the plan measures of which `breakdown` (disability, sen) is `yes` when due, by `total` only.
#}
{% macro plans_implemented_in(indicator_code, breakdown) %}
with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = '{{ indicator_code }}'
),

measures_due as (
    select * from {{ ref('int_due_measures') }}
    where {{ breakdown }} = 'yes'
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
        count(*) as due,
        sum(measures_due.implemented) as implemented,
        count(*) filter (where measures_due.is_done_on_time) as on_time
    from measures_due
    inner join months on date_trunc('month', measures_due.due_on)::date = months.month_start
    inner join territories on measures_due.municipality_code = territories.municipality_code
    group by months.period_grain, months.period_start, territories.territory_code
),

measured as (
    select
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        'total' as breakdown,
        'total' as breakdown_value,
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
{% endmacro %}
