with landed as (
    {{ landed_rows('atvejai') }}
),

final as (
    select
        load_id,
        delivery_id,
        row_number,
        provider_code,
        period,
        period_start,
        period_end,
        atvejo_nr as case_number,
        vaiko_id as child_id,
        gimimo_menuo as birth_month,
        {{ sex('lytis') }} as sex,
        _temporary_code as has_temporary_code,
        seimos_nr as family_number,
        sav as municipality_code,
        pranesimo_data as reported_on,
        atidarymo_data as opened_on,
        vadybininko_paskyrimo_data as manager_appointed_on,
        uzdarymo_data as closed_on,
        uzdarymo_priezastis as closing_reason
    from landed
)

select * from final
