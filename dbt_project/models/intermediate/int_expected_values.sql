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

territories as (
    select * from {{ ref('dim_territory') }}
),

final as (
    select
        periods.indicator_code,
        measures.measure,
        periods.definition_version,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        territories.territory_level,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
    from periods
    inner join measures
        on
            periods.indicator_code = measures.indicator_code
            and periods.definition_version = measures.definition_version
    inner join breakdowns on periods.indicator_code = breakdowns.indicator_code
    cross join territories
)

select * from final
