{{ config(alias='dim_indicator') }}

with final as (
    select * from {{ ref('dim_indicator') }}
)

select * from final
