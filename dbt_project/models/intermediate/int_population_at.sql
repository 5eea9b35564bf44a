with population as (
    select * from {{ ref('fct_population') }}
    where is_of_slice_year
),

territories as (
    select * from {{ ref('int_territories') }}
),

reference_dates as (
    select distinct period_end as reference_date from {{ ref('dim_period') }}
),

cells as (
    select distinct on (municipality_code, population_year, age)
        municipality_code,
        population_year,
        age,
        children,
        boys,
        girls
    from population
    order by municipality_code asc, population_year asc, age asc, delivery_id desc
),

-- A year is there for a municipality once every age is.
years as (
    select
        cells.municipality_code,
        cells.population_year,
        sum(cells.children) as children,
        sum(cells.boys) as boys,
        sum(cells.girls) as girls
    from cells
    {{ parameter('child_max_age', 'make_date(cells.population_year, 1, 1)') }}
    where cells.age <= child_max_age.value
    group by cells.municipality_code, cells.population_year, child_max_age.value
    having count(*) = child_max_age.value + 1
),

-- 31 December takes the population of the day after, any other day that of its own 1 January.
wanted as (
    select
        territories.municipality_code,
        territories.territory_level,
        territories.territory_code,
        reference_dates.reference_date,
        extract(year from reference_dates.reference_date + 1)::integer as wanted_year
    from territories
    cross join reference_dates
),

found as (
    select
        wanted.territory_level,
        wanted.territory_code,
        wanted.reference_date,
        years.children,
        years.boys,
        years.girls,
        years.population_year < wanted.wanted_year as is_estimated
    from wanted
    left join lateral (
        select candidates.*
        from years as candidates
        where
            candidates.municipality_code = wanted.municipality_code
            and candidates.population_year <= wanted.wanted_year
        order by candidates.population_year desc
        limit 1
    ) as years on true
),

summed as (
    select
        territory_level,
        territory_code,
        reference_date,
        sum(children) as children,
        sum(boys) as boys,
        sum(girls) as girls,
        bool_or(is_estimated) as is_estimated
    from found
    group by territory_level, territory_code, reference_date
    -- A sum over part of a territory would be no population of it.
    having count(*) = count(children)
),

final as (
    select
        summed.territory_level,
        summed.territory_code,
        summed.reference_date,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        breakdowns.children::bigint as children,
        summed.is_estimated
    from summed
    cross join lateral (
        values
        ('total', 'total', summed.children),
        ('sex', 'male', summed.boys),
        ('sex', 'female', summed.girls)
    ) as breakdowns (breakdown, breakdown_value, children)
)

select * from final
