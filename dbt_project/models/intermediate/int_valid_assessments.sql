with assessments as (
    select * from {{ ref('fct_assessment') }}
    where is_valid
),

final as (
    select
        provider_code,
        case_number,
        assessment_number,
        load_id,
        assessed_on,
        overall_level,
        assessed_on as latest_from,
        lead(assessed_on, 1, 'infinity'::date) over of_case as latest_until,
        first_value(assessed_on) over of_case as baseline_on,
        first_value(overall_level) over of_case as baseline_level
    from assessments
    window of_case as (
        partition by provider_code, case_number
        order by assessed_on asc, assessment_number collate "C" asc
    )
)

select * from final
