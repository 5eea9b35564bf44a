with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P03'
),

pairs as (
    select * from {{ ref('int_assessment_pairs') }}
    where disability = 'yes'
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
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
)

select * from final
