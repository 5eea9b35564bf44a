-- Savivaldybė: all indicators of a municipality, year by year.
select
    indicator_code,
    period_start,
    numerator,
    value,
    conf_status
from marts.indicator_values
where
    known_to is null
    and territory_code = %(municipality)s
    and period_grain = 'year'
    and measure = 'main'
    and breakdown = 'total'
order by indicator_code, period_start
