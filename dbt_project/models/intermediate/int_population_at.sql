with population as (
    select * from {{ ref('int_population_years') }}
),

age_bands as (
    select * from {{ ref('int_age_bands') }}
),

reference_dates as (
    select distinct period_end as reference_date from {{ ref('dim_period') }}
),

final as (
    select
        population.territory_level,
        population.territory_code,
        reference_dates.reference_date,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(breakdowns.children)::bigint as children,
        population.is_estimated
    from reference_dates
    -- 31 December takes the population of the day after, any other day that of its own 1 January.
    inner join population on extract(year from reference_dates.reference_date + 1) = population.population_year
    inner join age_bands
        on
            population.age = age_bands.age
            and reference_dates.reference_date >= age_bands.valid_from
            and reference_dates.reference_date < age_bands.valid_until
    {{ each_of('breakdowns (breakdown, breakdown_value, children)', [
        "'total', 'total', population.children",
        "'sex', 'male', population.boys",
        "'sex', 'female', population.girls",
        "'age_band', age_bands.age_band, population.children",
    ]) }}
    group by
        population.territory_level,
        population.territory_code,
        reference_dates.reference_date,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        population.is_estimated
)

select * from final
