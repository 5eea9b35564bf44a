{{
    config(
        materialized='incremental',
        incremental_strategy='pinned_loads',
        on_schema_change='fail',
        post_hook="{{ record_held_loads('nelankantys') }}"
    )
}}

with absences as (
    select * from {{ ref('stg_nelankantys') }}
    {{ where_not_held('nelankantys') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        school_code,
        attendance_month,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        lessons_total,
        lessons_missed,
        lessons_missed_unexcused,
        absence_reason
    from absences
)

select * from final
