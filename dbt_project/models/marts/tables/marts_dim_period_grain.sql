{{ config(alias='dim_period_grain') }}

with final as (
    select
        period_grain,
        months,
        label_lt,
        label_en,
        "order" as period_grain_order
    from {{ ref('period_grains') }}
)

select * from final
