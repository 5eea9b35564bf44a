{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('uzimtumas') }}"
    )
}}

with attendance as (
    select * from {{ ref('stg_uzimtumas') }}
    {{ where_not_held('uzimtumas') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        institution_code,
        programme,
        attendance_month,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        sessions_planned,
        sessions_attended
    from attendance
)

select * from final
