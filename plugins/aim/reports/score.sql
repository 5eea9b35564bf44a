-- A provider's score over its last periods with the counts behind each part, and the medians of those like it.
select
    scorecard.score,
    scorecard.letter,
    scorecard.expected,
    scorecard.accepted,
    scorecard.on_time,
    scorecard.missing,
    scorecard.conformance_passed,
    scorecard.conformance_applicable,
    scorecard.completeness_filled,
    scorecard.completeness_required,
    scorecard.consistency_passed,
    scorecard.consistency_applicable,
    scorecard.reporting_rate,
    scorecard.timeliness,
    scorecard.conformance,
    scorecard.completeness,
    scorecard.consistency,
    scorecard.continuity,
    (
        select percentile_cont(0.5) within group (order by others.score)
        from core.provider_scorecard as others
        where
            others.is_total
            and others.is_current
            and others.municipality_code = scorecard.municipality_code
    )::numeric as municipality_median,
    (
        select percentile_cont(0.5) within group (order by others.score)
        from core.provider_scorecard as others
        where others.is_total and others.is_current
    )::numeric as national_median
from core.provider_scorecard as scorecard
where scorecard.provider_code = %(provider_code)s and scorecard.is_total
