with landed as (
    {{ landed_rows('apklausa') }}
),

final as (
    select
        {{ landing_columns() }},
        lapo_nr as sheet_number,
        respondentas as respondent,
        klausimo_nr as question,
        balas as score,
        provider_municipality_code as municipality_code
    from landed
)

select * from final
