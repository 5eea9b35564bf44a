with records as (
    select * from {{ ref('stg_tbk_veikla') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        record_number,
        period,
        period_start,
        period_end,
        municipality_code,
        record_type,
        dated_on,
        institution_code,
        due_on,
        answered_on,
        invited,
        took_part
    from records
)

select * from final
