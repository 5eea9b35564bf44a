-- A share lies between 0 and 100, as does coverage; no count is negative; a missing value bears no number.
with counted as (
    select * from {{ ref('indicator_current') }}
)

select
    indicator_code,
    measure,
    count(*) as impossible_values
from counted
where
    (unit = 'percent' and (value < 0 or value > 100))
    or (unit <> 'mean' and numerator < 0)
    or denominator < 0
    or coverage_pct < 0
    or coverage_pct > 100
    or (obs_status = 'M' and coalesce(numerator, denominator, value) is not null)
    or (obs_status <> 'M' and numerator is null)
group by indicator_code, measure
