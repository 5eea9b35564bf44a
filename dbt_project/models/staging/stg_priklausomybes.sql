with landed as (
    {{ landed_rows('priklausomybes') }}
),

final as (
    select
        {{ landing_columns() }},
        sav as municipality_code,
        amziaus_grupe as age_band,
        {{ sex('lytis') }} as sex,
        asmenu_sk as persons,
        naujai as new_persons
    from landed
)

select * from final
