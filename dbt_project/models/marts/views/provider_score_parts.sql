with scorecards as (
    select * from {{ ref('marts_provider_scorecard') }}
),

parts as (
    select * from {{ ref('marts_dim_score_part') }}
),

final as (
    select
        scorecards.provider_code,
        scorecards.dataset,
        scorecards.is_total,
        parts.part,
        parts.label_lt as part_lt,
        parts.label_en as part_en,
        parts.part_order,
        measured.share,
        measured.weight,
        measured.share * measured.weight / nullif(scorecards.weight_known, 0) as points
    from scorecards
    {{ each_of('measured (part, share, weight)', [
        "'reporting_rate', scorecards.reporting_rate, scorecards.reporting_rate_weight",
        "'timeliness', scorecards.timeliness, scorecards.timeliness_weight",
        "'conformance', scorecards.conformance, scorecards.conformance_weight",
        "'completeness', scorecards.completeness, scorecards.completeness_weight",
        "'consistency', scorecards.consistency, scorecards.consistency_weight",
        "'continuity', scorecards.continuity, scorecards.continuity_weight",
    ]) }}
    inner join parts on measured.part = parts.part
)

select * from final
