with cases as (
    select * from {{ ref('fct_case') }}
),

final as (
    select distinct on (child_id)
        child_id,
        birth_month,
        sex,
        has_temporary_code
    from cases
    where child_id is not null
    order by child_id asc, period_start desc, load_id desc, row_number asc
)

select * from final
