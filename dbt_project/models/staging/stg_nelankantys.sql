with landed as (
    {{ landed_rows('nelankantys') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        mokyklos_kodas as school_code,
        sav as municipality_code,
        menuo as attendance_month,
        pamoku_is_viso as lessons_total,
        praleista as lessons_missed,
        be_priezasties as lessons_missed_unexcused,
        priezastis as absence_reason
    from landed
)

select * from final
