-- Improved (P01), unchanged and worsened (P09) are 100 % of the pairs, in every period, territory and breakdown.
with improved_or_unchanged as (
    select * from {{ ref('ind_p01_risk_improved') }}
    where measure in ('main', 'unchanged')
),

worsened as (
    select * from {{ ref('ind_p09_risk_worsened') }}
),

outcomes as (
    select * from improved_or_unchanged
    union all
    select * from worsened
)

select
    period_grain,
    period_start,
    territory_code,
    breakdown,
    breakdown_value,
    sum(numerator) as outcomes,
    min(denominator) as pairs
from outcomes
group by period_grain, period_start, territory_code, breakdown, breakdown_value
having sum(numerator) <> min(denominator) or min(denominator) <> max(denominator)
