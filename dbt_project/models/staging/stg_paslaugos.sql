with landed as (
    {{ landed_rows('paslaugos') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        sav as municipality_code,
        paslaugos_kodas as service_code,
        poreikis_nustatytas as need_established,
        kiekis as quantity,
        vienetas as unit,
        laukia as is_waiting,
        nuo as provided_from,
        iki as provided_to
    from landed
)

select * from final
