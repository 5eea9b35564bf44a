with landed as (
    {{ landed_rows('uzimtumas') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        sav as municipality_code,
        istaigos_kodas as institution_code,
        programa as programme,
        menuo as attendance_month,
        planuota as sessions_planned,
        lanke as sessions_attended
    from landed
)

select * from final
