{{ config(alias='dim_score_part') }}

with final as (
    select
        part,
        label_lt,
        label_en,
        "order" as part_order
    from {{ ref('score_parts') }}
)

select * from final
