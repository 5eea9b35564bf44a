-- Longer grains first, then in order of time: the last one is the default.
select
    periods.period,
    periods.period_grain as grain,
    periods.period_start as start,
    periods.period_end as "end",
    periods.label_lt,
    periods.label_en,
    built.last_due_on
from core.indicator_current as computed
inner join core.dim_period as periods
    on
        computed.period_grain = periods.period_grain
        and computed.period_start = periods.period_start
inner join intermediate.int_indicator_periods as built
    on
        computed.indicator_code = built.indicator_code
        and computed.period_grain = built.period_grain
        and computed.period_start = built.period_start
inner join reference.period_grains as grains on computed.period_grain = grains.period_grain
inner join core.dim_territory as territories on computed.territory_code = territories.territory_code
where
    computed.indicator_code = %(indicator)s
    and computed.measure = %(measure)s
    and computed.breakdown = 'total'
    and territories.territory_level = 'nation'
order by grains.months desc, periods.period_start asc
