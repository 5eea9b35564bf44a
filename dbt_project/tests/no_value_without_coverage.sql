-- Coverage stands beside every value that deliveries bear; a value without it is of slices that nothing expected.
with counted as (
    select * from {{ ref('indicator_current') }}
),

coverage as (
    select * from {{ ref('int_indicator_coverage') }}
)

select
    counted.indicator_code,
    counted.measure,
    count(*) as values_without_coverage
from counted
left join coverage
    on
        counted.indicator_code = coverage.indicator_code
        and counted.measure = coverage.measure
        and counted.period_grain = coverage.period_grain
        and counted.period_start = coverage.period_start
        and counted.territory_code = coverage.territory_code
where
    coverage.indicator_code is null
    or counted.coverage_pct is distinct from coverage.coverage_pct
    or (coverage.slices_expected > 0 and counted.coverage_pct is null)
    or (coverage.slices_expected > 0 and coverage.slices_accepted = 0 and counted.obs_status not in ('M', 'B', 'P'))
group by counted.indicator_code, counted.measure
