with answers as (
    select * from {{ ref('fct_assessment_answer') }}
),

-- An assessment met in several slices counts once, whole, as its latest slice has it.
as_delivered as (
    select
        answers.provider_code,
        answers.assessment_number,
        answers.period,
        answers.period_start,
        answers.load_id,
        -- The rows of one assessment should agree; where they do not, something that is always the same.
        min(answers.case_number collate "C") as case_number,
        max(answers.assessed_on) as assessed_on,
        count(*) filter (where answers.level <> unknown_answer.value) as items_answered,
        max(answers.level) filter (where answers.level <> unknown_answer.value) as highest_level,
        max(answers.stated_overall_level) as stated_overall_level
    from answers
    {{ parameter('unknown_answer', 'answers.assessed_on') }}
    group by
        answers.provider_code,
        answers.assessment_number,
        answers.period,
        answers.period_start,
        answers.load_id
),

latest as (
    select distinct on (provider_code, assessment_number) *
    from as_delivered
    order by provider_code asc, assessment_number asc, period_start desc
),

final as (
    select
        latest.provider_code,
        latest.assessment_number,
        latest.case_number,
        places.municipality_code,
        latest.period,
        latest.load_id,
        latest.assessed_on,
        latest.items_answered,
        latest.highest_level,
        latest.stated_overall_level,
        coalesce(latest.stated_overall_level, latest.highest_level) as overall_level,
        (instrument_items.value - latest.items_answered) * 100
        <= instrument_items.value * max_unanswered_pct.value as is_valid
    from latest
    {{ place_of_case('latest', 'assessed_on') }}
    {{ parameter('instrument_items', 'latest.assessed_on') }}
    {{ parameter('max_unanswered_pct', 'latest.assessed_on') }}
)

select * from final
