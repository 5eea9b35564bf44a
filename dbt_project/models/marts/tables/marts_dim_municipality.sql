{{ config(alias='dim_municipality') }}

with final as (
    select * from {{ ref('dim_municipality') }}
)

select * from final
