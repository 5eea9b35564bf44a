-- One row per own value of the municipality that asks, not hidden and also before release, once more where its period is
-- the newest. Postgres gives it no other rows.
with own_values as (
    select
        indicators.indicator_code || ' ' || indicators.name_lt as indicator_named_lt,
        indicators.indicator_order,
        indicators.measure_lt,
        indicators.measure_order,
        own.measure,
        grains.label_lt as period_grain_lt,
        own.period_grain,
        own.period_start,
        periods.period,
        own.period_start = max(own.period_start) over (partition by own.indicator_code, own.period_grain) as is_newest,
        periods.label_lt as period_lt,
        own.territory_level,
        own.territory_code,
        municipalities.name as municipality_lt,
        own.breakdown,
        breakdowns.breakdown_lt,
        own.breakdown_value,
        breakdowns.value_lt as breakdown_value_lt,
        own.numerator,
        own.denominator,
        own.value,
        coalesce({{ number('own.value') }}, '–') as shown_lt,
        coalesce({{ counted('own.numerator') }}, '–') as numerator_lt,
        coalesce({{ counted('own.denominator') }}, '–') as denominator_lt,
        own.unit,
        indicators.unit_lt,
        round(own.coverage_pct)::integer as coverage_pct,
        statuses.label_lt as obs_status_lt,
        -- To its own municipality nothing is confidential.
        'F' as conf_status
    from core.indicator_current as own
    inner join marts.dim_municipality as municipalities on own.territory_code = municipalities.municipality_code
    inner join marts.dim_indicator as indicators
        on
            own.indicator_code = indicators.indicator_code
            and own.measure = indicators.measure
            and own.definition_version = indicators.definition_version
    inner join marts.dim_period as periods
        on
            own.period_grain = periods.period_grain
            and own.period_start = periods.period_start
    inner join marts.dim_period_grain as grains on own.period_grain = grains.period_grain
    inner join marts.dim_breakdown as breakdowns
        on
            own.breakdown = breakdowns.breakdown
            and own.breakdown_value = breakdowns.breakdown_value
    left join marts.dim_value_status as statuses
        on
            statuses.status = 'obs_status'
            and own.obs_status = statuses.code
)

select
    own_values.*,
    choices.period_choice_lt,
    choices.is_repeated
from own_values
cross join lateral (
    values
    (own_values.period, false),
    (case when own_values.is_newest then 'Naujausias' end, true)
) as choices (period_choice_lt, is_repeated)
where choices.period_choice_lt is not null
