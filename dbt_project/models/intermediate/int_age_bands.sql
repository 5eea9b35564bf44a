with age_bands as (
    select * from {{ ref('age_bands') }}
),

final as (
    select
        age,
        age_bands.age_band,
        age_bands.valid_from,
        coalesce(age_bands.valid_to, 'infinity'::date) as valid_until
    from age_bands
    cross join lateral generate_series(age_bands.first_age, age_bands.last_age) as age
)

select * from final
