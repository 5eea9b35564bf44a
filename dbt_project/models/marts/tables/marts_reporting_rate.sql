{{ config(alias='reporting_rate') }}

with final as (
    select * from {{ ref('reporting_rate') }}
)

select * from final
