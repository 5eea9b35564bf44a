-- One row per value of the round's periods as it may leave the house: totals only, small numbers of persons hidden.
-- What the seeds do not name is protected as if it counted persons above and below the line; a population is public.
-- A sum of differences (mean_change) is hidden by its size: -1 tells of one child as much as 1. A count of zero stays,
-- also on few; the rate on them does not.
create temporary table protected_values on commit drop as
with judged as (
    select
        computed.*,
        computed.numerator <> 0
        and abs(computed.numerator) < %(threshold)s
        and coalesce(indicators.counts_persons, true) as is_small,
        computed.denominator <> 0
        and computed.denominator < %(threshold)s
        and coalesce(indicators.counts_persons, true)
        and coalesce(measures.denominator_kind, 'records') <> 'population' as is_on_few
    from core.indicator_current as computed
    inner join periods_in_round as released
        on
            computed.indicator_code = released.indicator_code
            and computed.period_grain = released.period_grain
            and computed.period_start = released.period_start
    left join reference.indicators as indicators on computed.indicator_code = indicators.indicator_code
    left join reference.indicator_measures as measures
        on
            computed.indicator_code = measures.indicator_code
            and computed.definition_version = measures.definition_version
            and computed.measure = measures.measure
    where computed.breakdown = 'total'
)

select
    indicator_code,
    measure,
    definition_version,
    period_grain,
    period_start,
    period_end,
    territory_level,
    territory_code,
    breakdown,
    breakdown_value,
    unit,
    coverage_pct,
    obs_status,
    case
        when is_small is not true and (is_on_few is not true or (numerator = 0 and unit <> 'mean')) then numerator
    end as numerator,
    case when is_on_few is not true then denominator end as denominator,
    case when is_small is not true and is_on_few is not true then value end as value,
    case when is_small or is_on_few then 'C' else 'F' end as conf_status
from judged
