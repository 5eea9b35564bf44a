with landed as (
    {{ landed_rows('gyventojai') }}
),

final as (
    select
        load_id,
        delivery_id,
        row_number,
        provider_code,
        period,
        period_start,
        period_end,
        sav as municipality_code,
        metai as population_year,
        amzius as age,
        viso as children,
        berniukai as boys,
        mergaites as girls
    from landed
)

select * from final
