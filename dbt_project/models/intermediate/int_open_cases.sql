with cases as (
    select * from {{ ref('fct_case') }}
),

final as (
    select
        cases.period_end as reference_date,
        cases.provider_code,
        cases.case_number,
        cases.child_id,
        cases.family_number,
        cases.municipality_code,
        cases.sex,
        {{ child_traits() }}
    from cases
    {{ parameter('child_max_age', 'cases.period_end') }}
    {{ join_child_traits('cases', 'period_end') }}
    where
        cases.opened_on <= cases.period_end
        and (cases.closed_on is null or cases.closed_on > cases.period_end)
        and {{ is_child_on('cases.birth_month', 'cases.period_end') }}
)

select * from final
