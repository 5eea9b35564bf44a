-- The parts of a stock or of pairs by sex or age are within the whole: who is of unknown sex and age is in total alone.
with counted as (
    select * from {{ ref('indicator_current') }}
),

totals as (
    select * from {{ ref('indicator_current') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
    where parts_within_total
),

parts as (
    select
        counted.indicator_code,
        counted.measure,
        counted.definition_version,
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        counted.breakdown,
        sum(coalesce(counted.numerator, 0)) as numerator
    from counted
    where counted.breakdown in ('sex', 'age_band')
    group by
        counted.indicator_code,
        counted.measure,
        counted.definition_version,
        counted.period_grain,
        counted.period_start,
        counted.territory_code,
        counted.breakdown
)

select
    parts.indicator_code,
    parts.measure,
    count(*) as totals_exceeded
from parts
inner join measures
    on
        parts.indicator_code = measures.indicator_code
        and parts.measure = measures.measure
        and parts.definition_version = measures.definition_version
left join totals
    on
        parts.indicator_code = totals.indicator_code
        and parts.measure = totals.measure
        and parts.period_grain = totals.period_grain
        and parts.period_start = totals.period_start
        and parts.territory_code = totals.territory_code
        and totals.breakdown = 'total'
where parts.numerator > coalesce(totals.numerator, 0)
group by parts.indicator_code, parts.measure
