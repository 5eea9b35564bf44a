{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('globa') }}"
    )
}}

with episodes as (
    select * from {{ ref('stg_globa') }}
    {{ where_not_held('globa') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        episode_number,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        guardianship_kind,
        place,
        ground,
        begun_on,
        ended_on
    from episodes
)

select * from final
