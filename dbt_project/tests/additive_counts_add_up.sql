-- An additive numerator of a county or the nation is the sum of its municipalities'.
with counted as (
    select * from {{ ref('indicator_current') }}
),

totals as (
    select * from {{ ref('indicator_current') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
    where is_additive
),

territories as (
    select * from {{ ref('int_territories') }}
    where territory_level <> 'municipality'
),

sums as (
    select
        counted.indicator_code,
        counted.measure,
        counted.period_grain,
        counted.period_start,
        territories.territory_code,
        counted.breakdown,
        counted.breakdown_value,
        sum(coalesce(counted.numerator, 0)) as numerator
    from counted
    inner join measures
        on
            counted.indicator_code = measures.indicator_code
            and counted.measure = measures.measure
            and counted.definition_version = measures.definition_version
    inner join territories on counted.territory_code = territories.municipality_code
    group by
        counted.indicator_code,
        counted.measure,
        counted.period_grain,
        counted.period_start,
        territories.territory_code,
        counted.breakdown,
        counted.breakdown_value
)

select
    sums.indicator_code,
    sums.measure,
    count(*) as sums_that_differ
from sums
left join totals
    on
        sums.indicator_code = totals.indicator_code
        and sums.measure = totals.measure
        and sums.period_grain = totals.period_grain
        and sums.period_start = totals.period_start
        and sums.territory_code = totals.territory_code
        and sums.breakdown = totals.breakdown
        and sums.breakdown_value = totals.breakdown_value
where sums.numerator <> coalesce(totals.numerator, 0)
group by sums.indicator_code, sums.measure
