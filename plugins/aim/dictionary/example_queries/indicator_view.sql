select
    period,
    territory_lt,
    numerator,
    value,
    coverage_pct,
    obs_status,
    conf_status
from marts.{view}
where measure = 'main' and period_grain = 'year' and territory_level = 'municipality' and breakdown = 'total'
order by period_start, territory_code
