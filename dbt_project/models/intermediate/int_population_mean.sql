with population as (
    select * from {{ ref('int_population_years') }}
),

age_bands as (
    select * from {{ ref('int_age_bands') }}
),

-- Each year that is missing was replaced on its own; one that nothing replaces leaves no mean.
of_age as (
    select
        this_year.territory_level,
        this_year.territory_code,
        this_year.population_year as flow_year,
        this_year.age,
        (this_year.children + next_year.children) / 2.0 as children,
        (this_year.boys + next_year.boys) / 2.0 as boys,
        (this_year.girls + next_year.girls) / 2.0 as girls,
        this_year.is_estimated or next_year.is_estimated as is_estimated
    from population as this_year
    inner join population as next_year
        on
            this_year.territory_code = next_year.territory_code
            and this_year.population_year + 1 = next_year.population_year
            and this_year.age = next_year.age
),

final as (
    select
        of_age.territory_level,
        of_age.territory_code,
        of_age.flow_year,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum(breakdowns.children) as children,
        of_age.is_estimated
    from of_age
    inner join age_bands
        on
            of_age.age = age_bands.age
            and age_bands.valid_from <= make_date(of_age.flow_year, 1, 1)
            and age_bands.valid_until > make_date(of_age.flow_year, 1, 1)
    {{ each_of('breakdowns (breakdown, breakdown_value, children)', [
        "'total', 'total', of_age.children",
        "'sex', 'male', of_age.boys",
        "'sex', 'female', of_age.girls",
        "'age_band', age_bands.age_band, of_age.children",
    ]) }}
    group by
        of_age.territory_level,
        of_age.territory_code,
        of_age.flow_year,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        of_age.is_estimated
)

select * from final
