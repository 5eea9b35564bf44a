with landed as (
    {{ landed_rows('globa') }}
),

final as (
    select
        {{ landing_columns() }},
        globos_nr as episode_number,
        {{ child_columns() }},
        sav as municipality_code,
        globos_rusis as guardianship_kind,
        vieta as place,
        pagrindas as ground,
        nuo as begun_on,
        iki as ended_on
    from landed
)

select * from final
