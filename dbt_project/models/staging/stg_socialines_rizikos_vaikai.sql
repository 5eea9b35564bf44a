with landed as (
    {{ landed_rows('socialines_rizikos_vaikai') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        sav as municipality_code,
        statusas_nuo as status_from,
        statusas_iki as status_to,
        priezastis as reason
    from landed
)

select * from final
