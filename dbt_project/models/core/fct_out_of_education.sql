with children as (
    select * from {{ ref('stg_nesimokantys') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        school_year,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        reason
    from children
)

select * from final
