{{ config(alias='provider_scorecard') }}

with scorecards as (
    select * from {{ ref('provider_scorecard') }}
),

final as (
    select
        provider_code,
        dataset,
        is_total,
        municipality_code,
        is_current,
        is_silent,
        periods,
        expected,
        accepted,
        on_time,
        missing,
        waived,
        longest_gap,
        current_run,
        last_period,
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
