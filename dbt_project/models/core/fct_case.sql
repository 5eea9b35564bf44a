{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('atvejai') }}"
    )
}}

with cases as (
    select * from {{ ref('stg_atvejai') }}
    {{ where_not_held('atvejai') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        case_number,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        family_number,
        municipality_code,
        reported_on,
        opened_on,
        manager_appointed_on,
        closed_on,
        closing_reason
    from cases
)

select * from final
