with periods as (
    select * from {{ ref('int_indicator_periods') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
),

breakdowns as (
    select
        used.indicator_code,
        known.breakdown,
        known.breakdown_value
    from {{ ref('indicator_breakdowns') }} as used
    inner join {{ ref('dim_breakdown') }} as known on used.breakdown = known.breakdown
),

named_values as (
    select * from {{ ref('indicator_breakdown_values') }}
),

-- A measure for which no values of a breakdown are named has them all.
values_of_measures as (
    select
        measures.indicator_code,
        measures.definition_version,
        measures.measure,
        measures.only_grain,
        breakdowns.breakdown,
        breakdowns.breakdown_value
    from measures
    inner join breakdowns on measures.indicator_code = breakdowns.indicator_code
    where
        not exists (
            select from named_values
            where
                measures.indicator_code = named_values.indicator_code
                and measures.measure = named_values.measure
                and breakdowns.breakdown = named_values.breakdown
        )
        or exists (
            select from named_values
            where
                measures.indicator_code = named_values.indicator_code
                and measures.measure = named_values.measure
                and breakdowns.breakdown = named_values.breakdown
                and breakdowns.breakdown_value = named_values.breakdown_value
        )
),

territories as (
    select * from {{ ref('dim_territory') }}
),

final as (
    select
        periods.indicator_code,
        values_of_measures.measure,
        periods.definition_version,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        territories.territory_level,
        territories.territory_code,
        values_of_measures.breakdown,
        values_of_measures.breakdown_value
    from periods
    inner join values_of_measures
        on
            periods.indicator_code = values_of_measures.indicator_code
            and periods.definition_version = values_of_measures.definition_version
            and coalesce(values_of_measures.only_grain, periods.period_grain) = periods.period_grain
    cross join territories
)

select * from final
