with landed as (
    {{ landed_rows('gyventojai') }}
),

final as (
    select
        {{ landing_columns() }},
        sav as municipality_code,
        metai as population_year,
        amzius as age,
        viso as children,
        berniukai as boys,
        mergaites as girls
    from landed
)

select * from final
