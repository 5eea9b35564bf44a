with landed as (
    {{ landed_rows('sup') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        sav as municipality_code,
        sprendimo_data as decided_on,
        lygis as level,
        sutrikimo_grupe as disorder_group,
        galioja_iki as in_force_to
    from landed
)

select * from final
