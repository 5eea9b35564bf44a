with persons as (
    select * from {{ ref('stg_priklausomybes') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        age_band,
        sex,
        period,
        period_start,
        period_end,
        municipality_code,
        persons,
        new_persons
    from persons
)

select * from final
