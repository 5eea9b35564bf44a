with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P08'
),

children as (
    select * from {{ ref('int_children_in_activities') }}
),

pairs as (
    select * from {{ ref('int_assessment_pairs') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

counties as (
    select
        municipality_code,
        territory_code as county_code
    from territories
    where territory_level = 'county'
),

of_counties as (
    select
        children.*,
        counties.county_code
    from children
    inner join counties on children.municipality_code = counties.municipality_code
),

marked as (
    select
        of_counties.*,
        {{ once_in_territories('of_counties', ['period_grain', 'period_start'], 'municipality_code') }}
    from of_counties
),

-- Children alike are counted first, which leaves few rows to spread over territories and breakdowns.
alike as (
    select
        period_grain,
        period_start,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        is_attending,
        count(*) filter (where is_counted_in_municipality) as in_municipality,
        count(*) filter (where is_counted_in_county) as in_county,
        count(*) filter (where is_counted_in_nation) as in_nation
    from marked
    group by
        period_grain,
        period_start,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        is_attending
),

counted as (
    select
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        sum({{ count_in_territory('alike') }}) as children,
        sum({{ count_in_territory('alike') }}) filter (where alike.is_attending) as attending
    from alike
    inner join territories on alike.municipality_code = territories.municipality_code
    {{ child_breakdowns('alike') }}
    group by
        alike.period_grain,
        alike.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

-- Pairs are placed and broken down as in P01; only whose they are is asked of the children above.
pairs_of_children as (
    select
        pairs.*,
        known.is_attending
    from pairs
    inner join (
        select distinct
            period_grain,
            period_start,
            child_id,
            is_attending
        from children
    ) as known
        on
            pairs.period_grain = known.period_grain
            and pairs.period_start = known.period_start
            and pairs.child_id = known.child_id
),

improved as (
    select
        pairs_of_children.period_grain,
        pairs_of_children.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        case when pairs_of_children.is_attending then 'improved_attending' else 'improved_other' end as measure,
        count(*) filter (where pairs_of_children.change < 0) as numerator,
        count(*) as denominator
    from pairs_of_children
    inner join territories on pairs_of_children.municipality_code = territories.municipality_code
    {{ child_breakdowns('pairs_of_children') }}
    group by
        pairs_of_children.period_grain,
        pairs_of_children.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        pairs_of_children.is_attending
),

measured as (
    select
        period_grain,
        period_start,
        territory_code,
        breakdown,
        breakdown_value,
        'main' as measure,
        coalesce(attending, 0) as numerator,
        children as denominator
    from counted
    union all
    select
        period_grain,
        period_start,
        territory_code,
        breakdown,
        breakdown_value,
        measure,
        numerator,
        denominator
    from improved
),

{{ records_as_expected() }}

select * from final
