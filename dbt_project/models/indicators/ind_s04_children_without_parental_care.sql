with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'S04'
),

episodes as (
    select * from {{ ref('int_care_episodes') }}
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

population_at as (
    select * from {{ ref('int_population_at') }}
),

population_mean as (
    select * from {{ ref('int_population_mean') }}
),

counties as (
    select
        municipality_code,
        territory_code as county_code
    from territories
    where territory_level = 'county'
),

-- A stock is that of the period's last month, a flow that of all its months.
counting as (
    select
        months.period_grain,
        months.period_start,
        counties.county_code,
        episodes.*
    from episodes
    inner join months
        on
            date_trunc('month', episodes.slice_end)::date = months.month_start
            and (episodes.measure = 'new' or episodes.slice_end = months.period_end)
    inner join counties on episodes.municipality_code = counties.municipality_code
),

-- In a territory a child is at the place of the episode begun last there.
marked as (
    select
        counting.*,
        {{ once_in_territories(
            'counting',
            ['measure', 'period_grain', 'period_start'],
            'begun_on desc, episode_number collate "C" desc, provider_code desc, slice_end desc'
        ) }}
    from counting
),

-- Children alike are counted first, which leaves few rows to spread over territories and breakdowns.
alike as (
    select
        measure,
        period_grain,
        period_start,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        place,
        count(*) filter (where is_counted_in_municipality) as in_municipality,
        count(*) filter (where is_counted_in_county) as in_county,
        count(*) filter (where is_counted_in_nation) as in_nation
    from marked
    group by
        measure,
        period_grain,
        period_start,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        place
),

-- On one day a child is of one sex, age band and so on in each of its rows; on the days several episodes began it
-- may be of several, and counts in each.
measured as (
    select
        alike.measure,
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum({{ count_in_territory('alike') }}) as numerator
    from alike
    inner join territories on alike.municipality_code = territories.municipality_code
    {{ child_breakdowns('alike') }}
    where alike.measure = 'main'
    group by
        alike.measure,
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
    union all
    select
        alike.measure,
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        'place' as breakdown,
        alike.place as breakdown_value,
        sum({{ count_in_territory('alike') }}) as numerator
    from alike
    inner join territories on alike.municipality_code = territories.municipality_code
    group by
        alike.measure,
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        alike.place
    union all
    select
        counting.measure,
        counting.period_grain,
        counting.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(distinct counting.child_id) as numerator
    from counting
    inner join territories on counting.municipality_code = territories.municipality_code
    {{ child_breakdowns('counting') }}
    where counting.measure = 'new'
    group by
        counting.measure,
        counting.period_grain,
        counting.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

final as (
    select
        expected.indicator_code,
        expected.measure,
        expected.period_grain,
        expected.period_start,
        expected.territory_level,
        expected.territory_code,
        expected.breakdown,
        expected.breakdown_value,
        coalesce(measured.numerator, 0)::numeric as numerator,
        coalesce(population_at.children, population_mean.children)::numeric as denominator,
        coalesce(population_at.is_estimated, population_mean.is_estimated, false) as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
    -- What a child's place is, is asked of all children.
    left join population_at
        on
            expected.measure = 'main'
            and expected.period_end = population_at.reference_date
            and expected.territory_code = population_at.territory_code
            and case expected.breakdown when 'place' then 'total' else expected.breakdown end
            = population_at.breakdown
            and case expected.breakdown when 'place' then 'total' else expected.breakdown_value end
            = population_at.breakdown_value
    left join population_mean
        on
            expected.measure = 'new'
            and extract(year from expected.period_start) = population_mean.flow_year
            and expected.territory_code = population_mean.territory_code
            and case expected.breakdown when 'place' then 'total' else expected.breakdown end
            = population_mean.breakdown
            and case expected.breakdown when 'place' then 'total' else expected.breakdown_value end
            = population_mean.breakdown_value
)

select * from final
