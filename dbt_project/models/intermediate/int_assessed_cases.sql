with open_cases as (
    select * from {{ ref('int_open_cases') }}
),

assessments as (
    select * from {{ ref('int_valid_assessments') }}
),

final as (
    select
        open_cases.reference_date,
        open_cases.provider_code,
        open_cases.case_number,
        open_cases.child_id,
        open_cases.municipality_code,
        open_cases.sex,
        open_cases.age_band,
        open_cases.disability,
        open_cases.sen,
        assessments.load_id as assessment_load_id,
        assessments.assessment_number,
        assessments.overall_level
    from open_cases
    left join assessments
        on
            open_cases.provider_code = assessments.provider_code
            and open_cases.case_number = assessments.case_number
            and assessments.latest_from <= open_cases.reference_date
            and assessments.latest_until > open_cases.reference_date
)

select * from final
