{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('vertinimai') }}"
    )
}}

with answers as (
    select * from {{ ref('stg_vertinimai') }}
    {{ where_not_held('vertinimai') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        assessment_number,
        item,
        period,
        period_start,
        period_end,
        case_number,
        assessed_on,
        level::smallint as level,
        stated_overall_level::smallint as stated_overall_level,
        assessor_group
    from answers
)

select * from final
