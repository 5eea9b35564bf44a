with met as (
    select * from {{ ref('int_children_met') }}
),

final as (
    select distinct on (child_id)
        child_id,
        birth_month,
        sex,
        has_temporary_code
    from met
    order by
        child_id asc, last_said desc, last_load desc, birth_month asc, sex asc, has_temporary_code asc
)

select * from final
