with landed as (
    {{ landed_rows('rizikos_seimos') }}
),

final as (
    select
        {{ landing_columns() }},
        seimos_nr as family_number,
        {{ child_columns() }},
        sav as municipality_code,
        irasyta as entered_on,
        isbraukta as struck_off_on,
        priezastis as reason
    from landed
)

select * from final
