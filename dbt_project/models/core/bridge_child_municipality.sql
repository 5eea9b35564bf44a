with met as (
    select * from {{ ref('int_children_met') }}
),

final as (
    select distinct
        municipality_code,
        child_id
    from met
    where municipality_code is not null
)

select * from final
