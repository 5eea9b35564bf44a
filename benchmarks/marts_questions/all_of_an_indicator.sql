-- Full aggregate: all that one indicator's view holds, with its labels.
select
    period_grain,
    territory_level,
    breakdown_lt,
    obs_status_lt,
    count(*) as published,
    sum(numerator) as numerator,
    avg(value) as value
from {view}
group by period_grain, territory_level, breakdown_lt, obs_status_lt
