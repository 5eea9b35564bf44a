with landed as (
    {{ landed_rows('neigalumas') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        sav as municipality_code,
        lygis as level,
        nuo as in_force_from,
        iki as in_force_to
    from landed
)

select * from final
