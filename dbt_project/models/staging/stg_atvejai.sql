with landed as (
    {{ landed_rows('atvejai') }}
),

final as (
    select
        {{ landing_columns() }},
        atvejo_nr as case_number,
        {{ child_columns() }},
        seimos_nr as family_number,
        sav as municipality_code,
        pranesimo_data as reported_on,
        atidarymo_data as opened_on,
        vadybininko_paskyrimo_data as manager_appointed_on,
        uzdarymo_data as closed_on,
        uzdarymo_priezastis as closing_reason,
        neigalus as disability_stated,
        spec_poreikiai as special_needs_stated
    from landed
)

select * from final
