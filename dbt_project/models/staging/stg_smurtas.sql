with landed as (
    {{ landed_rows('smurtas') }}
),

final as (
    select
        {{ landing_columns() }},
        pranesimo_nr as report_number,
        {{ child_columns() }},
        smurto_rusis as violence_kind,
        sav as municipality_code,
        ivykio_data as happened_on,
        pranesimo_data as reported_on,
        patvirtinta as finding,
        liudininkas as is_witness,
        smurtautojas as perpetrator
    from landed
)

select * from final
