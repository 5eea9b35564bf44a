with landed as (
    {{ landed_rows('tbk_veikla') }}
),

final as (
    select
        {{ landing_columns() }},
        iraso_nr as record_number,
        tipas as record_type,
        data as dated_on,
        institucijos_kodas as institution_code,
        terminas as due_on,
        atsakymo_data as answered_on,
        kviesta as invited,
        dalyvavo as took_part,
        provider_municipality_code as municipality_code
    from landed
)

select * from final
