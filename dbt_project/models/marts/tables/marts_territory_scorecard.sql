{{ config(alias='territory_scorecard') }}

with scorecards as (
    select * from {{ ref('territory_scorecard') }}
),

final as (
    select
        territory_level,
        territory_code,
        dataset,
        is_total,
        providers,
        silent_providers,
        periods,
        expected,
        accepted,
        on_time,
        missing,
        waived,
        longest_gap,
        current_run,
        reporting_rate,
        timeliness,
        round(conformance, 2) as conformance,
        round(completeness, 2) as completeness,
        round(consistency, 2) as consistency,
        continuity,
        reporting_rate_weight,
        timeliness_weight,
        conformance_weight,
        completeness_weight,
        consistency_weight,
        continuity_weight,
        weight_known,
        round(score, 2) as score,
        letter
    from scorecards
)

select * from final
