with families as (
    select * from {{ ref('stg_rizikos_seimos') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        family_number,
        period,
        period_start,
        period_end,
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        municipality_code,
        entered_on,
        struck_off_on,
        reason
    from families
)

select * from final
