{{ config(alias='dim_value_status') }}

with final as (
    select
        status,
        code,
        label_lt,
        label_en,
        "order" as status_order
    from {{ ref('value_statuses') }}
)

select * from final
