with pupils as (
    select * from {{ ref('fct_pupils') }}
    where is_of_slice_year
),

territories as (
    select * from {{ ref('int_territories') }}
),

reference_dates as (
    select distinct period_end as reference_date from {{ ref('dim_period') }}
),

cells as (
    select distinct on (municipality_code, pupil_year, age)
        municipality_code,
        pupil_year,
        age,
        pupils
    from pupils
    order by municipality_code asc, pupil_year asc, age asc, delivery_id desc
),

-- A year is there for a municipality once every age is.
years as (
    select
        cells.municipality_code,
        cells.pupil_year,
        sum(cells.pupils) as pupils
    from cells
    {{ parameter('pupil_count_month', 'make_date(cells.pupil_year, 12, 31)') }}
    {{ parameter('school_min_age', 'make_date(cells.pupil_year, pupil_count_month.value::integer, 1)') }}
    {{ parameter('school_max_age', 'make_date(cells.pupil_year, pupil_count_month.value::integer, 1)') }}
    where cells.age between school_min_age.value and school_max_age.value
    group by cells.municipality_code, cells.pupil_year, school_min_age.value, school_max_age.value
    having count(*) = school_max_age.value - school_min_age.value + 1
),

-- The latest count at a day is that of its own year once its month has begun, before it that of the year before.
wanted as (
    select
        reference_dates.reference_date,
        extract(year from reference_dates.reference_date)::integer
        - (extract(month from reference_dates.reference_date) < pupil_count_month.value)::integer as wanted_year
    from reference_dates
    {{ parameter('pupil_count_month', 'reference_dates.reference_date') }}
),

found as (
    select
        territories.municipality_code,
        territories.territory_level,
        territories.territory_code,
        wanted.reference_date,
        wanted.wanted_year,
        max(years.pupil_year) as year_found
    from territories
    cross join wanted
    left join years
        on
            territories.municipality_code = years.municipality_code
            and wanted.wanted_year >= years.pupil_year
    group by
        territories.municipality_code,
        territories.territory_level,
        territories.territory_code,
        wanted.reference_date,
        wanted.wanted_year
),

final as (
    select
        found.territory_level,
        found.territory_code,
        found.reference_date,
        sum(years.pupils)::bigint as pupils,
        bool_or(found.year_found < found.wanted_year) as is_estimated
    from found
    left join years
        on
            found.municipality_code = years.municipality_code
            and found.year_found = years.pupil_year
    group by found.territory_level, found.territory_code, found.reference_date
    -- A sum over part of a territory would be no number of it.
    having count(*) = count(found.year_found)
)

select * from final
