{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('neigalumas') }}"
    )
}}

with decisions as (
    select * from {{ ref('stg_neigalumas') }}
    {{ where_not_held('neigalumas') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        in_force_from,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        level,
        in_force_to
    from decisions
)

select * from final
