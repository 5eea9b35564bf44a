-- The periods of which the round said something, ended something, or both.
select
    indicator_code,
    period_grain,
    period_start
from core.indicator_values
where released_in = %(release_id)s
union
select
    ended.indicator_code,
    ended.period_grain,
    ended.period_start
from core.indicator_values as ended
inner join periods_in_round as released
    on
        ended.indicator_code = released.indicator_code
        and ended.period_grain = released.period_grain
        and ended.period_start = released.period_start
where ended.known_to = %(instant)s
union
select
    indicator_code,
    period_grain,
    period_start
from marts.indicator_values
where released_in = %(release_id)s
union
select
    ended.indicator_code,
    ended.period_grain,
    ended.period_start
from marts.indicator_values as ended
inner join periods_in_round as released
    on
        ended.indicator_code = released.indicator_code
        and ended.period_grain = released.period_grain
        and ended.period_start = released.period_start
where ended.known_to = %(instant)s
