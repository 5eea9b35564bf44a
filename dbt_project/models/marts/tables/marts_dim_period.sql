{{ config(alias='dim_period') }}

with final as (
    select * from {{ ref('dim_period') }}
)

select * from final
