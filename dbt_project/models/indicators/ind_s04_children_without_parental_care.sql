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

-- A stock is that of the period's last month, a flow that of all its months.
counting as (
    select
        months.period_grain,
        months.period_start,
        territories.territory_code,
        episodes.*
    from episodes
    inner join months
        on
            date_trunc('month', episodes.slice_end)::date = months.month_start
            and (episodes.measure = 'new' or episodes.slice_end = months.period_end)
    inner join territories on episodes.municipality_code = territories.municipality_code
),

-- In a territory a child is at the place of the episode begun last there.
placed as (
    select distinct on (measure, period_grain, period_start, territory_code, child_id)
        measure,
        period_grain,
        period_start,
        territory_code,
        child_id,
        place
    from counting
    order by
        measure asc,
        period_grain asc,
        period_start asc,
        territory_code asc,
        child_id asc,
        begun_on desc,
        episode_number collate "C" desc,
        provider_code desc,
        slice_end desc
),

measured as (
    select
        counting.measure,
        counting.period_grain,
        counting.period_start,
        counting.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(distinct counting.child_id) as numerator
    from counting
    {{ child_breakdowns('counting') }}
    group by
        counting.measure,
        counting.period_grain,
        counting.period_start,
        counting.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
    union all
    select
        measure,
        period_grain,
        period_start,
        territory_code,
        'place' as breakdown,
        place as breakdown_value,
        count(*) as numerator
    from placed
    group by measure, period_grain, period_start, territory_code, place
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
