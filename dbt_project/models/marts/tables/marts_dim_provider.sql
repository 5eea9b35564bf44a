{{ config(alias='dim_provider') }}

with final as (
    select * from {{ ref('dim_provider') }}
)

select * from final
