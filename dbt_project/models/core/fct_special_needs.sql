{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('sup') }}"
    )
}}

with decisions as (
    select * from {{ ref('stg_sup') }}
    {{ where_not_held('sup') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        decided_on,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        level,
        disorder_group,
        in_force_to
    from decisions
)

select * from final
