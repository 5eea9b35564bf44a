-- By sex and by age the parts of a stock are the whole, but for those whose code tells neither: they are counted here
-- anew. Of other counts the parts by sex are together the parts by age, and no more than the whole.
with counted as (
    select * from {{ ref('indicator_current') }}
    where breakdown in ('total', 'sex', 'age_band')
),

measures as (
    select * from {{ ref('indicator_measures') }}
    where parts_within_total
),

territories as (
    select * from {{ ref('int_territories') }}
),

registered as (
    select * from {{ ref('int_registered_risk_families') }}
    where sex is null
),

open_cases as (
    select * from {{ ref('int_assessed_cases') }}
    where sex is null
),

episodes as (
    select * from {{ ref('int_care_episodes') }}
    where
        sex is null
        and measure = 'main'
),

statuses as (
    select * from {{ ref('fct_social_risk_status') }}
    where
        sex is null
        and status_from <= period_end
        and (status_to is null or status_to > period_end)
),

-- Who or what counts once: children, but cases in S09.
untold as (
    select
        'S01' as indicator_code,
        'v1' as definition_version,
        'main' as measure,
        reference_date,
        municipality_code,
        child_id::text as counted_once
    from registered
    union all
    select
        'S01' as indicator_code,
        'v2' as definition_version,
        'main' as measure,
        reference_date,
        municipality_code,
        child_id::text as counted_once
    from open_cases
    union all
    select
        'S04' as indicator_code,
        'v1' as definition_version,
        'main' as measure,
        slice_end as reference_date,
        municipality_code,
        child_id::text as counted_once
    from episodes
    union all
    select
        'S05' as indicator_code,
        'v1' as definition_version,
        'main' as measure,
        period_end as reference_date,
        municipality_code,
        child_id::text as counted_once
    from statuses
    union all
    select
        'S09' as indicator_code,
        'v1' as definition_version,
        coalesce('level_' || overall_level, 'not_assessed') as measure,
        reference_date,
        municipality_code,
        row(provider_code, case_number)::text as counted_once
    from open_cases
),

rest as (
    select
        untold.indicator_code,
        untold.definition_version,
        untold.measure,
        untold.reference_date,
        territories.territory_code,
        count(distinct untold.counted_once) as numerator
    from untold
    inner join territories on untold.municipality_code = territories.municipality_code
    group by
        untold.indicator_code,
        untold.definition_version,
        untold.measure,
        untold.reference_date,
        territories.territory_code
),

sums as (
    select
        counted.indicator_code,
        counted.measure,
        counted.definition_version,
        counted.period_end,
        counted.territory_code,
        coalesce(sum(counted.numerator) filter (where counted.breakdown = 'total'), 0) as total,
        coalesce(sum(counted.numerator) filter (where counted.breakdown = 'sex'), 0) as by_sex,
        sum(coalesce(counted.numerator, 0)) filter (where counted.breakdown = 'age_band') as by_age
    from counted
    inner join measures
        on
            counted.indicator_code = measures.indicator_code
            and counted.measure = measures.measure
            and counted.definition_version = measures.definition_version
    group by
        counted.indicator_code,
        counted.measure,
        counted.definition_version,
        counted.period_grain,
        counted.period_end,
        counted.territory_code
    having bool_or(counted.breakdown = 'sex')
)

select
    sums.indicator_code,
    sums.measure,
    count(*) as sums_that_differ
from sums
left join rest
    on
        sums.indicator_code = rest.indicator_code
        and sums.measure = rest.measure
        and sums.definition_version = rest.definition_version
        and sums.period_end = rest.reference_date
        and sums.territory_code = rest.territory_code
where
    -- S07 has ages, no age bands.
    sums.by_sex <> sums.by_age
    or sums.by_sex > sums.total
    or (
        sums.by_sex + coalesce(rest.numerator, 0) <> sums.total
        and (
            sums.indicator_code in ('S01', 'S04', 'S05', 'S07', 'S08')
            or (sums.indicator_code = 'S09' and sums.measure <> 'main')
        )
    )
group by sums.indicator_code, sums.measure
