with pupils as (
    select * from {{ ref('stg_mokiniai') }}
),

final as (
    select
        load_id,
        row_number,
        delivery_id,
        provider_code,
        pupil_year,
        age,
        period,
        period_start,
        period_end,
        municipality_code,
        pupils,
        -- A slice speaks for its own year alone.
        pupil_year = extract(year from period_start) as is_of_slice_year
    from pupils
)

select * from final
