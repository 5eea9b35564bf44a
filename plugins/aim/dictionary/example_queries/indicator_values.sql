select
    period_start,
    numerator,
    denominator,
    value,
    obs_status,
    conf_status
from marts.indicator_values
where
    known_to is null
    and indicator_code = 'S04'
    and measure = 'main'
    and period_grain = 'month'
    and territory_code = '00'
    and breakdown = 'total'
order by period_start
