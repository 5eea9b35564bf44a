{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('paslaugos') }}"
    )
}}

with services as (
    select * from {{ ref('stg_paslaugos') }}
    {{ where_not_held('paslaugos') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        service_code,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        need_established as is_need_established,
        quantity,
        unit,
        is_waiting,
        provided_from,
        provided_to
    from services
)

select * from final
