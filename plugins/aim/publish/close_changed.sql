-- Ends what is published of the round's periods and says something else now, or is no longer there.
update {published} as published
set known_to = %(instant)s
from periods_in_round as released
where
    published.known_to is null
    and published.indicator_code = released.indicator_code
    and published.period_grain = released.period_grain
    and published.period_start = released.period_start
    and not exists (
        select from {current} as computed
        where
            computed.indicator_code = published.indicator_code
            and computed.measure = published.measure
            and computed.period_grain = published.period_grain
            and computed.period_start = published.period_start
            and computed.territory_code = published.territory_code
            and computed.breakdown = published.breakdown
            and computed.breakdown_value = published.breakdown_value
            and ({compared_computed}) is not distinct from ({compared_published})
    )
