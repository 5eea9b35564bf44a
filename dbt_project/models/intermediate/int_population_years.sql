with population as (
    select * from {{ ref('fct_population') }}
    where is_of_slice_year
),

periods as (
    select * from {{ ref('dim_period') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

cells as (
    select distinct on (population.municipality_code, population.population_year, population.age)
        population.municipality_code,
        population.population_year,
        population.age,
        population.children,
        population.boys,
        population.girls,
        child_max_age.value as greatest_age
    from population
    {{ parameter('child_max_age', 'make_date(population.population_year, 1, 1)') }}
    where population.age <= child_max_age.value
    order by
        population.municipality_code asc,
        population.population_year asc,
        population.age asc,
        population.delivery_id desc
),

-- A year is there for a municipality once every age is.
whole_years as (
    select
        municipality_code,
        population_year
    from cells
    group by municipality_code, population_year, greatest_age
    having count(*) = greatest_age + 1
),

wanted_years as (
    select distinct extract(year from periods.period_start)::integer + years_on as population_year
    from periods
    cross join generate_series(0, 1) as years_on
),

found as (
    select
        territories.municipality_code,
        territories.territory_level,
        territories.territory_code,
        wanted_years.population_year,
        max(whole_years.population_year) as year_found
    from territories
    cross join wanted_years
    left join whole_years
        on
            territories.municipality_code = whole_years.municipality_code
            and wanted_years.population_year >= whole_years.population_year
    group by
        territories.municipality_code,
        territories.territory_level,
        territories.territory_code,
        wanted_years.population_year
),

-- A sum over part of a territory would be no population of it.
whole_territories as (
    select
        territory_code,
        population_year,
        bool_or(year_found < population_year) as is_estimated
    from found
    group by territory_code, population_year
    having count(*) = count(year_found)
),

final as (
    select
        found.territory_level,
        found.territory_code,
        found.population_year,
        cells.age,
        sum(cells.children) as children,
        sum(cells.boys) as boys,
        sum(cells.girls) as girls,
        whole_territories.is_estimated
    from found
    inner join whole_territories
        on
            found.territory_code = whole_territories.territory_code
            and found.population_year = whole_territories.population_year
    inner join cells
        on
            found.municipality_code = cells.municipality_code
            and found.year_found = cells.population_year
    group by
        found.territory_level,
        found.territory_code,
        found.population_year,
        cells.age,
        whole_territories.is_estimated
)

select * from final
