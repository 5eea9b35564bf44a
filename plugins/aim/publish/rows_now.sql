-- What is computed now of the round's periods, none of it told yet.
create temporary table rows_told on commit drop as
select
    values_now.*,
    'infinity'::timestamptz as seen_at,
    null::timestamptz as seen_until,
    false as tells_numerator,
    false as tells_denominator
from core.indicator_current as values_now
inner join periods_in_round as released
    on
        values_now.indicator_code = released.indicator_code
        and values_now.period_grain = released.period_grain
        and values_now.period_start = released.period_start
