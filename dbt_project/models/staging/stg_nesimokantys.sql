with landed as (
    {{ landed_rows('nesimokantys') }}
),

final as (
    select
        {{ landing_columns() }},
        {{ child_columns() }},
        sav as municipality_code,
        mokslo_metai as school_year,
        priezastis as reason
    from landed
)

select * from final
