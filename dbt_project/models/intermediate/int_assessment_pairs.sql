with assessments as (
    select * from {{ ref('int_valid_assessments') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

places as (
    select * from {{ ref('int_case_places') }}
),

last_in_period as (
    select distinct on (
        months.period_grain,
        months.period_start,
        assessments.provider_code,
        assessments.case_number
    )
        months.period_grain,
        months.period_start,
        assessments.*
    from assessments
    inner join months on date_trunc('month', assessments.assessed_on)::date = months.month_start
    order by
        months.period_grain asc,
        months.period_start asc,
        assessments.provider_code asc,
        assessments.case_number asc,
        assessments.assessed_on desc,
        assessments.assessment_number collate "C" desc
),

final as (
    select
        last_in_period.period_grain,
        last_in_period.period_start,
        last_in_period.provider_code,
        last_in_period.case_number,
        places.child_id,
        places.municipality_code,
        places.sex,
        {{ child_traits() }},
        last_in_period.baseline_on,
        last_in_period.assessed_on as last_on,
        last_in_period.baseline_level,
        last_in_period.overall_level as last_level,
        last_in_period.overall_level - last_in_period.baseline_level as change
    from last_in_period
    inner join places
        on
            last_in_period.provider_code = places.provider_code
            and last_in_period.case_number = places.case_number
            and places.speaks_from <= last_in_period.assessed_on
            and places.speaks_until > last_in_period.assessed_on
    {{ join_child_traits('last_in_period', 'assessed_on', decided_by='baseline_on', person='places') }}
    {{ parameter('child_max_age', 'last_in_period.assessed_on') }}
    {{ parameter('pair_min_days', 'last_in_period.assessed_on') }}
    where
        last_in_period.assessed_on - last_in_period.baseline_on >= pair_min_days.value
        and {{ is_child_on('places.birth_month', 'last_in_period.assessed_on') }}
)

select * from final
