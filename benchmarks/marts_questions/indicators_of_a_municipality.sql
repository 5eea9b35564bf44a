-- Savivaldybė: all indicators of a municipality in one period, beside the nation's.
select
    said.indicator_code,
    indicators.name_lt,
    indicators.measure_lt,
    said.territory_code,
    said.numerator,
    said.value,
    indicators.unit_lt,
    said.coverage_pct,
    said.obs_status,
    said.conf_status
from marts.indicator_values as said
inner join marts.dim_indicator as indicators
    on
        said.indicator_code = indicators.indicator_code
        and said.measure = indicators.measure
        and said.definition_version = indicators.definition_version
where
    said.known_to is null
    and said.territory_code in (%(municipality)s, '00')
    and said.period_grain = %(grain)s
    and said.period_start = %(period_start)s
    and said.breakdown = 'total'
order by indicators.indicator_order, indicators.measure_order, said.territory_code
