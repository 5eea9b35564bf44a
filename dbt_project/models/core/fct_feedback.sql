with answers as (
    select * from {{ ref('stg_apklausa') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        sheet_number,
        question,
        period,
        period_start,
        period_end,
        municipality_code,
        respondent,
        score::smallint as score
    from answers
)

select * from final
