select
    computed.measure,
    cards.measure_lt,
    cards.measure_en,
    computed.definition_version,
    computed.territory_code,
    computed.breakdown,
    breakdowns.breakdown_lt,
    breakdowns.breakdown_en,
    computed.breakdown_value,
    breakdowns.value_lt,
    breakdowns.value_en,
    computed.numerator,
    computed.denominator,
    computed.value,
    computed.unit,
    cards.unit_lt,
    cards.unit_en,
    computed.coverage_pct,
    computed.obs_status,
    coverage.slices_expected,
    coverage.slices_accepted
from core.indicator_current as computed
inner join core.dim_indicator as cards
    on
        computed.indicator_code = cards.indicator_code
        and computed.measure = cards.measure
        and computed.definition_version = cards.definition_version
inner join core.dim_breakdown as breakdowns
    on
        computed.breakdown = breakdowns.breakdown
        and computed.breakdown_value = breakdowns.breakdown_value
inner join intermediate.int_indicator_coverage as coverage
    on
        computed.indicator_code = coverage.indicator_code
        and computed.measure = coverage.measure
        and computed.period_grain = coverage.period_grain
        and computed.period_start = coverage.period_start
        and computed.territory_code = coverage.territory_code
where
    computed.indicator_code = %(indicator)s
    and computed.period_grain = %(grain)s
    and computed.period_start = %(start)s
    and computed.territory_code = any(%(territories)s)
    and (
        %(totals_of)s::text is null
        or (computed.measure = %(totals_of)s and computed.breakdown = 'total')
    )
order by
    computed.territory_code,
    cards.measure_order,
    breakdowns.breakdown_order,
    breakdowns.value_order
