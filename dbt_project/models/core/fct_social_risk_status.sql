with statuses as (
    select * from {{ ref('stg_socialines_rizikos_vaikai') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        status_from,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        status_to,
        reason
    from statuses
)

select * from final
