with breakdowns as (
    select * from {{ ref('breakdowns') }}
),

services as (
    select * from {{ ref('service_catalogue') }}
),

items as (
    select * from {{ ref('instrument_items') }}
),

code_lists as (
    select
        list,
        code,
        label_lt,
        label_en,
        "order"
    from {{ ref('code_lists') }}
    union all
    select
        'service_catalogue' as list,
        code,
        label_lt,
        label_en,
        "order"
    from services
    union all
    select
        'instrument_items' as list,
        item as code,
        label_lt,
        label_en,
        "order"
    from items
),

final as (
    select
        breakdowns.breakdown,
        coalesce(code_lists.code, breakdowns.breakdown) as breakdown_value,
        breakdowns.label_lt as breakdown_lt,
        breakdowns.label_en as breakdown_en,
        coalesce(code_lists.label_lt, breakdowns.label_lt) as value_lt,
        coalesce(code_lists.label_en, breakdowns.label_en) as value_en,
        breakdowns."order" as breakdown_order,
        coalesce(code_lists."order", 1) as value_order
    from breakdowns
    left join code_lists on breakdowns.code_list = code_lists.list
)

select * from final
