{{ config(alias='collection_trend') }}

with trend as (
    select * from {{ ref('collection_trend') }}
),

levels as (
    select * from {{ ref('collection_levels') }}
),

final as (
    select
        trend.level,
        levels.label_lt as level_lt,
        levels.label_en as level_en,
        trend.code,
        trend.dataset,
        trend.is_total,
        trend.month_start,
        trend.providers,
        trend.silent_providers,
        trend.expected,
        trend.accepted,
        trend.on_time,
        trend.missing,
        trend.waived,
        trend.reporting_rate,
        trend.timeliness,
        round(trend.conformance, 2) as conformance,
        round(trend.completeness, 2) as completeness,
        round(trend.consistency, 2) as consistency
    from trend
    left join levels on trend.level = levels.level
)

select * from final
