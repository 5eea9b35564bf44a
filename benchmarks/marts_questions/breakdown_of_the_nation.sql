-- Situacija, Poveikis: one indicator in the nation, year by year and by all it is broken down by.
select
    period_start,
    breakdown_lt,
    breakdown_value_lt,
    numerator,
    value,
    conf_status_lt
from {view}
where
    measure = 'main'
    and period_grain = 'year'
    and territory_code = '00'
    and breakdown <> 'total'
order by period_start, breakdown_lt, breakdown_value_lt
