{# The publisher reads thresholds there, and no other view of this schema. #}
{{ config(post_hook="grant select on {{ this }} to aim_publisher") }}

with parameters as (
    select * from {{ ref('parameters') }}
),

final as (
    select
        parameter,
        unit,
        label_lt,
        label_en,
        value as value_text,
        valid_from,
        case when value ~ '^-?[0-9]+([.][0-9]+)?$' then value::numeric end as value,
        lead(valid_from, 1, 'infinity'::date) over (
            partition by parameter
            order by valid_from
        ) as valid_until
    from parameters
)

select * from final
