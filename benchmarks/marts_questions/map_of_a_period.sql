-- Situacija, Poveikis: one indicator in the 60 municipalities, one period.
select
    territory_code,
    territory_lt,
    numerator,
    value,
    coverage_pct,
    conf_status_lt,
    obs_status_lt
from {view}
where
    measure = 'main'
    and period_grain = %(grain)s
    and period_start = %(period_start)s
    and territory_level = 'municipality'
    and breakdown = 'total'
