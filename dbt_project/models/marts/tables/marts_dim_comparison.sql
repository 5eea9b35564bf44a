{{ config(alias='dim_comparison') }}

with final as (
    select
        comparison,
        label_lt,
        label_en,
        "order" as comparison_order
    from {{ ref('comparisons') }}
)

select * from final
