with families as (
    select * from {{ ref('fct_risk_family') }}
),

final as (
    select
        families.period_end as reference_date,
        families.provider_code,
        families.family_number,
        families.child_id,
        families.municipality_code,
        families.sex,
        {{ child_traits() }}
    from families
    {{ parameter('child_max_age', 'families.period_end') }}
    {{ join_child_traits('families', 'period_end') }}
    where
        families.entered_on <= families.period_end
        and (families.struck_off_on is null or families.struck_off_on > families.period_end)
        and {{ is_child_on('families.birth_month', 'families.period_end') }}
)

select * from final
