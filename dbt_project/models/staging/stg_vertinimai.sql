with landed as (
    {{ landed_rows('vertinimai') }}
),

final as (
    select
        {{ landing_columns() }},
        atvejo_nr as case_number,
        vertinimo_nr as assessment_number,
        vertinimo_data as assessed_on,
        klausimo_nr as item,
        -- Text as landed: a cast here could meet a row that is quarantined for not being a number.
        lygis as level,
        bendras_lygis as stated_overall_level,
        vertintojo_grupe as assessor_group
    from landed
)

select * from final
