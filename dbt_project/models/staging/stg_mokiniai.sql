with landed as (
    {{ landed_rows('mokiniai') }}
),

final as (
    select
        {{ landing_columns() }},
        sav as municipality_code,
        metai as pupil_year,
        amzius as age,
        mokiniu_sk as pupils
    from landed
)

select * from final
