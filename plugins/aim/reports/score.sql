-- A provider's score over its last periods with the counts behind each part, and the medians of those like it. What is
-- published has no counts of cells.
select
    scorecard.score,
    scorecard.letter,
    scorecard.expected,
    scorecard.accepted,
    scorecard.on_time,
    scorecard.missing,
    (to_jsonb(scorecard) ->> 'conformance_passed')::bigint as conformance_passed,
    (to_jsonb(scorecard) ->> 'conformance_applicable')::bigint as conformance_applicable,
    (to_jsonb(scorecard) ->> 'completeness_filled')::bigint as completeness_filled,
    (to_jsonb(scorecard) ->> 'completeness_required')::bigint as completeness_required,
    (to_jsonb(scorecard) ->> 'consistency_passed')::bigint as consistency_passed,
    (to_jsonb(scorecard) ->> 'consistency_applicable')::bigint as consistency_applicable,
    scorecard.reporting_rate,
    scorecard.timeliness,
    scorecard.conformance,
    scorecard.completeness,
    scorecard.consistency,
    scorecard.continuity,
    (
        select percentile_cont(0.5) within group (order by others.score)
        from {scorecard} as others
        where
            others.is_total
            and others.is_current
            and others.municipality_code = scorecard.municipality_code
    )::numeric as municipality_median,
    (
        select percentile_cont(0.5) within group (order by others.score)
        from {scorecard} as others
        where others.is_total and others.is_current
    )::numeric as national_median
from {scorecard} as scorecard
where scorecard.provider_code = %(provider_code)s and scorecard.is_total
