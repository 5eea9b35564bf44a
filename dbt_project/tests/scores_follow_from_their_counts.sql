-- Share, score and letter of every scorecard, worked out anew from the counts and the reference files, part by part.
with cards as (
    select
        provider_code as card,
        dataset,
        periods,
        expected,
        accepted,
        on_time,
        missing,
        conformance_passed,
        conformance_applicable,
        completeness_filled,
        completeness_required,
        consistency_passed,
        consistency_applicable,
        reporting_rate,
        timeliness,
        conformance,
        completeness,
        consistency,
        continuity,
        score,
        letter
    from {{ ref('provider_scorecard') }}
    union all
    select
        territory_code as card,
        dataset,
        periods,
        expected,
        accepted,
        on_time,
        missing,
        conformance_passed,
        conformance_applicable,
        completeness_filled,
        completeness_required,
        consistency_passed,
        consistency_applicable,
        reporting_rate,
        timeliness,
        conformance,
        completeness,
        consistency,
        continuity,
        score,
        letter
    from {{ ref('territory_scorecard') }}
),

parameters as (
    select
        parameter,
        value
    from {{ ref('stg_parameters') }}
    where
        valid_from <= {{ clock_date() }}
        and valid_until > {{ clock_date() }}
),

parts as (
    select
        cards.card,
        cards.dataset,
        cards.periods,
        cards.score,
        cards.letter,
        counted.numerator,
        counted.denominator,
        counted.share,
        weights.value as weight
    from cards
    {{ each_of('counted (part, numerator, denominator, share)', [
        "'reporting_rate', cards.accepted, cards.expected, cards.reporting_rate",
        "'timeliness', cards.on_time, cards.expected, cards.timeliness",
        "'conformance', cards.conformance_passed, cards.conformance_applicable, cards.conformance",
        "'completeness', cards.completeness_filled, cards.completeness_required, cards.completeness",
        "'consistency', cards.consistency_passed, cards.consistency_applicable, cards.consistency",
        "'continuity', cards.expected - cards.missing, cards.expected, cards.continuity",
    ]) }}
    left join parameters as weights on weights.parameter = 'score_weight_' || counted.part
),

recomputed as (
    select
        card,
        dataset,
        periods,
        score,
        letter,
        bool_and(share is not distinct from 100.0 * numerator / nullif(denominator, 0)) as shares_agree,
        bool_or(denominator = 0 and weight > 0 and share is not null) as has_share_of_nothing,
        sum(100.0 * numerator / nullif(denominator, 0) * weight)
        / sum(weight) filter (where denominator > 0) as expected_score,
        bool_and(weight is not null) as weights_known
    from parts
    group by card, dataset, periods, score, letter
),

lettered as (
    select
        recomputed.*,
        coalesce(
            (
                select min(upper(right(bounds.parameter, 1)))
                from parameters as bounds
                where
                    bounds.parameter like 'score_bound_%'
                    and bounds.value <= recomputed.score
            ), 'D'
        ) as letter_of_score,
        (
            select least_periods.value from parameters as least_periods
            where least_periods.parameter = 'score_min_periods'
        ) as min_periods
    from recomputed
)

select
    card,
    dataset,
    score,
    expected_score,
    letter
from lettered
where
    not shares_agree
    or has_share_of_nothing
    or not weights_known
    or abs(score - expected_score) > 0.000000001
    or (score is null) <> (periods = 0)
    or letter is distinct from case when periods >= min_periods then letter_of_score end
