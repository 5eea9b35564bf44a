with landed as (
    {{ landed_rows('nepilnameciu_veikos') }}
),

final as (
    select
        {{ landing_columns() }},
        sav as municipality_code,
        amzius as age,
        {{ sex('lytis') }} as sex,
        veikos_grupe as offence_group,
        veiku_sk as acts,
        asmenu_sk as persons
    from landed
)

select * from final
