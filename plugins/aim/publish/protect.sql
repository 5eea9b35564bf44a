-- One row per value of the round's periods as it may leave the house: totals only, small numbers of persons hidden.
-- What the seeds do not name is protected as if it counted persons above and below the line; a population is public.
-- A sum of differences (mean_change) is hidden by its size: -1 tells of one child as much as 1. A count of zero stays,
-- also on few; the rate on them does not. A measure with a least denominator of its own has that rule alone: on fewer
-- (none at all are fewer too) nothing of it is published, on as many everything.
create temporary table protected_values on commit drop as
with computed as (
    select
        values_now.*,
        coalesce(indicators.counts_persons, true) and fewest.value is null as hides_small,
        coalesce(measures.denominator_kind, 'records') <> 'population' as is_below_confidential,
        coalesce(values_now.denominator < fewest.value, false) as is_withheld
    from core.indicator_current as values_now
    inner join periods_in_round as released
        on
            values_now.indicator_code = released.indicator_code
            and values_now.period_grain = released.period_grain
            and values_now.period_start = released.period_start
    left join reference.indicators as indicators on values_now.indicator_code = indicators.indicator_code
    left join reference.indicator_measures as measures
        on
            values_now.indicator_code = measures.indicator_code
            and values_now.definition_version = measures.definition_version
            and values_now.measure = measures.measure
    left join staging.stg_parameters as fewest
        on
            measures.least_denominator = fewest.parameter
            and values_now.period_end >= fewest.valid_from
            and values_now.period_end < fewest.valid_until
    where values_now.breakdown = 'total'
),

judged as (
    select
        computed.*,
        is_withheld
        or (
            hides_small
            and numerator <> 0
            and abs(numerator) < %(threshold)s
        ) as is_small,
        is_withheld
        or (
            hides_small
            and is_below_confidential
            and denominator <> 0
            and denominator < %(threshold)s
        ) as is_on_few
    from computed
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
