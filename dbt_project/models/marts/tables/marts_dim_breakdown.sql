{{ config(alias='dim_breakdown') }}

with final as (
    select * from {{ ref('dim_breakdown') }}
)

select * from final
