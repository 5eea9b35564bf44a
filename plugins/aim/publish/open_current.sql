-- Publishes each value of the round's periods that no open row says; counts them, and those never said before.
with opened as (
    insert into {published} as published (
        indicator_code, measure, period_grain, period_start, period_end, territory_level, territory_code,
        breakdown, breakdown_value, {compared}, released_in, known_from
    )
    select
        computed.indicator_code,
        computed.measure,
        computed.period_grain,
        computed.period_start,
        computed.period_end,
        computed.territory_level,
        computed.territory_code,
        computed.breakdown,
        computed.breakdown_value,
        {compared_computed},
        %(release_id)s as released_in,
        %(instant)s as known_from
    from {current} as computed
    inner join periods_in_round as released
        on
            computed.indicator_code = released.indicator_code
            and computed.period_grain = released.period_grain
            and computed.period_start = released.period_start
    where
        not exists (
            select from {published} as open
            where
                open.known_to is null
                and open.indicator_code = computed.indicator_code
                and open.measure = computed.measure
                and open.period_grain = computed.period_grain
                and open.period_start = computed.period_start
                and open.territory_code = computed.territory_code
                and open.breakdown = computed.breakdown
                and open.breakdown_value = computed.breakdown_value
        )
    returning
        published.indicator_code,
        published.measure,
        published.period_grain,
        published.period_start,
        published.territory_code,
        published.breakdown,
        published.breakdown_value
)

select count(*) filter (where closed.indicator_code is null) as values_new
from opened
left join {published} as closed
    on
        closed.known_to = %(instant)s
        and opened.indicator_code = closed.indicator_code
        and opened.measure = closed.measure
        and opened.period_grain = closed.period_grain
        and opened.period_start = closed.period_start
        and opened.territory_code = closed.territory_code
        and opened.breakdown = closed.breakdown
        and opened.breakdown_value = closed.breakdown_value
