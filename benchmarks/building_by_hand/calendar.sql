-- Territories, the periods that are over, what is expected of each and what came, children and pupils to divide by.
create table by_hand.municipalities as
select
    code as municipality_code,
    county_code
from reference.municipalities;
alter table by_hand.municipalities add primary key (municipality_code);

create table by_hand.territories as
select
    'municipality' as territory_level,
    code as territory_code,
    code as municipality_code
from reference.municipalities
union all
select
    'county' as territory_level,
    county_code as territory_code,
    code as municipality_code
from reference.municipalities
union all
select
    'nation' as territory_level,
    '00' as territory_code,
    code as municipality_code
from reference.municipalities;

create table by_hand.periods as
select
    grains.period_grain,
    starts.period_start::date as period_start,
    ends.period_end,
    extract(year from starts.period_start)::integer as period_year
from (values ('month', 1), ('quarter', 3), ('half_year', 6), ('year', 12)) as grains (period_grain, months)
cross join by_hand.night
cross join lateral generate_series(
    (select date_trunc('year', min(period_start))::timestamp from ops.obligations),
    night.clock_date::timestamp,
    make_interval(months => grains.months)
) as starts (period_start)
cross join lateral (
    select (starts.period_start + make_interval(months => grains.months, days => -1))::date as period_end
) as ends
where ends.period_end < night.clock_date;

analyze by_hand.territories;
analyze by_hand.periods;

-- What each measure is counted from, its own datasets where it has any, and where slices count: where they lie or end.
create table by_hand.sources as
select
    measures.indicator_code,
    measures.definition_version,
    measures.measure,
    measures.only_grain,
    datasets.dataset,
    datasets.counted_where
from reference.indicator_measures as measures
inner join reference.indicator_datasets as datasets
    on
        measures.indicator_code = datasets.indicator_code
        and measures.definition_version = datasets.definition_version
        and datasets.role = 'numerator'
        and datasets.measure is not distinct from case
            when measures.measure like 'not_in_education%' then measures.measure
        end;
analyze by_hand.sources;

-- Slices expected and accepted of each measure, by period and territory; a national provider's are everybody's.
create unlogged table by_hand.coverage as
with expected as (
    select
        dataset,
        period_start,
        period_end,
        municipality_code,
        count(*) as expected,
        count(*) filter (where is_accepted) as accepted
    from by_hand.fct_obligation
    where is_expected and is_over
    group by dataset, period_start, period_end, municipality_code
),

in_periods as (
    select
        expected.dataset,
        counted.counted_where,
        periods.period_grain,
        periods.period_start,
        expected.municipality_code,
        sum(expected.expected) as expected,
        sum(expected.accepted) as accepted
    from expected
    inner join (
        select distinct
            dataset,
            counted_where
        from by_hand.sources
    ) as counted
        on expected.dataset = counted.dataset
    inner join by_hand.periods
        on
            expected.period_end >= periods.period_start
            and periods.period_end >= case counted.counted_where
                when 'end' then expected.period_end
                else expected.period_start
            end
    group by
        expected.dataset, counted.counted_where, periods.period_grain, periods.period_start,
        expected.municipality_code
),

in_territories as (
    select
        in_periods.dataset,
        in_periods.counted_where,
        in_periods.period_grain,
        in_periods.period_start,
        territories.territory_code,
        sum(in_periods.expected) as expected,
        sum(in_periods.accepted) as accepted
    from in_periods
    inner join by_hand.territories
        on territories.municipality_code = in_periods.municipality_code
    group by
        in_periods.dataset, in_periods.counted_where, in_periods.period_grain, in_periods.period_start,
        territories.territory_code
    union all
    select
        in_periods.dataset,
        in_periods.counted_where,
        in_periods.period_grain,
        in_periods.period_start,
        territories.territory_code,
        in_periods.expected,
        in_periods.accepted
    from in_periods
    cross join (select distinct territory_code from by_hand.territories) as territories
    where in_periods.municipality_code is null
)

select
    sources.indicator_code,
    sources.definition_version,
    sources.measure,
    slices.period_grain,
    slices.period_start,
    slices.territory_code,
    sum(slices.expected) as expected,
    sum(slices.accepted) as accepted
from by_hand.sources
inner join in_territories as slices
    on
        sources.dataset = slices.dataset
        and sources.counted_where = slices.counted_where
group by
    sources.indicator_code, sources.definition_version, sources.measure,
    slices.period_grain, slices.period_start, slices.territory_code;
analyze by_hand.coverage;

-- Each measure's first day: values exist from the first period with a slice expected of it.
create table by_hand.first_days as
select
    sources.indicator_code,
    sources.measure,
    min(
        case sources.counted_where when 'end' then obligations.period_end else obligations.period_start end
    ) as first_day
from by_hand.sources
inner join by_hand.fct_obligation as obligations using (dataset)
where obligations.is_expected
group by sources.indicator_code, sources.measure
union all
select
    measures.indicator_code,
    measures.measure,
    min(obligations.due_on) as first_day
from reference.indicator_measures as measures
cross join by_hand.fct_obligation as obligations
where
    measures.indicator_code = 'P11'
    and obligations.is_expected
group by measures.indicator_code, measures.measure;

-- Children of 0-17, offenders' age 14-17 and school age 7-17 by year, territory and group.
create table by_hand.population as
select
    groups.of_ages,
    population.population_year,
    territories.territory_code,
    groups.breakdown,
    groups.breakdown_value,
    sum(groups.persons) as persons
from by_hand.fct_population as population
inner join by_hand.territories using (municipality_code)
cross join lateral (
    values
    ('0-17', 'total', 'total', population.children, true),
    ('0-17', 'sex', 'male', population.boys, true),
    ('0-17', 'sex', 'female', population.girls, true),
    ('0-17', 'age_band', by_hand.age_band(population.age), population.children, true),
    ('14-17', 'total', 'total', population.children, population.age >= 14),
    ('14-17', 'sex', 'male', population.boys, population.age >= 14),
    ('14-17', 'sex', 'female', population.girls, population.age >= 14),
    ('14-17', 'age', population.age::text, population.children, population.age >= 14),
    ('7-17', 'total', 'total', population.children, population.age >= 7)
) as groups (of_ages, breakdown, breakdown_value, persons, is_of_age)
where
    population.is_of_slice_year
    and groups.is_of_age
group by
    groups.of_ages, population.population_year, territories.territory_code, groups.breakdown, groups.breakdown_value;

analyze by_hand.population;

-- Denominators by period: a stock's day, a flow's mean of two years, else the latest earlier year.
create unlogged table by_hand.denominators as
with years_needed as (
    select
        'stock' as kind,
        period_grain,
        period_start,
        period_year + (extract(doy from period_end + 1) = 1)::integer as year_needed
    from by_hand.periods
    union all
    select
        'flow' as kind,
        period_grain,
        period_start,
        unnest(array[period_year, period_year + 1]) as year_needed
    from by_hand.periods
    union all
    select
        'day' as kind,
        period_grain,
        period_start,
        period_year as year_needed
    from by_hand.periods
    where period_grain = 'year'
),

years_used as materialized (
    select
        years_needed.*,
        (
            select max(population.population_year)
            from by_hand.population
            where population.population_year <= years_needed.year_needed
        ) as year_used
    from years_needed
)

select
    years_used.kind,
    population.of_ages,
    years_used.period_grain,
    years_used.period_start,
    population.territory_code,
    population.breakdown,
    population.breakdown_value,
    case when count(*) = case years_used.kind when 'flow' then 2 else 1 end then avg(population.persons) end
    as denominator,
    bool_or(years_used.year_used < years_used.year_needed) as is_estimated
from years_used
inner join by_hand.population on years_used.year_used = population.population_year
where (years_used.kind = 'day') = (population.of_ages = '7-17')
group by
    years_used.kind, population.of_ages, years_used.period_grain, years_used.period_start,
    population.territory_code, population.breakdown, population.breakdown_value;

insert into by_hand.denominators
with years_needed as (
    select
        period_grain,
        period_start,
        extract(year from period_end)::integer - (extract(month from period_end) < 10)::integer as year_needed
    from by_hand.periods
),

years_used as materialized (
    select
        years_needed.*,
        (
            select max(pupils.pupil_year)
            from by_hand.fct_pupils as pupils
            where
                pupils.is_of_slice_year
                and pupils.pupil_year <= years_needed.year_needed
        ) as year_used
    from years_needed
)

select
    'pupils' as kind,
    '7-15' as of_ages,
    years_used.period_grain,
    years_used.period_start,
    territories.territory_code,
    'total' as breakdown,
    'total' as breakdown_value,
    sum(pupils.pupils) as denominator,
    years_used.year_used < years_used.year_needed as is_estimated
from years_used
inner join by_hand.fct_pupils as pupils on years_used.year_used = pupils.pupil_year
inner join by_hand.territories using (municipality_code)
where
    pupils.is_of_slice_year
    and pupils.age between 7 and 15
group by
    years_used.period_grain, years_used.period_start, years_used.year_used, years_used.year_needed,
    territories.territory_code;
analyze by_hand.denominators;
