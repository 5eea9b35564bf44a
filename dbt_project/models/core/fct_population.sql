with population as (
    select * from {{ ref('stg_gyventojai') }}
),

final as (
    select
        load_id,
        delivery_id,
        row_number,
        provider_code,
        period,
        municipality_code,
        population_year,
        age,
        children,
        boys,
        girls,
        -- A slice speaks for its own year alone.
        population_year = extract(year from period_start) as is_of_slice_year
    from population
)

select * from final
