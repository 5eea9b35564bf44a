-- One row per indicator, grain and period that was built, with the last due day of the slices counted in it.
select
    indicator_code,
    period_grain,
    period_start,
    period_end,
    last_due_on
from intermediate.int_indicator_periods
where exists (select from core.indicator_current)
