{{ config(alias='dim_territory') }}

with final as (
    select * from {{ ref('dim_territory') }}
)

select * from final
