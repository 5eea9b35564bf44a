with periods as (
    select * from {{ ref('int_indicator_periods') }}
),

territories as (
    select * from {{ ref('dim_territory') }}
),

datasets as (
    select * from {{ ref('indicator_datasets') }}
    where role = 'numerator'
),

-- A measure with datasets of its own is covered by those, any other by the ones that name no measure.
measures as (
    select
        measures.indicator_code,
        measures.definition_version,
        measures.measure,
        measures.only_grain,
        (
            select min(datasets.measure) from datasets
            where
                measures.indicator_code = datasets.indicator_code
                and measures.definition_version = datasets.definition_version
                and measures.measure = datasets.measure
        ) as covered_by
    from {{ ref('indicator_measures') }} as measures
),

slices as (
    select
        dataset,
        period_start,
        period_end,
        territory_code,
        count(*) as expected,
        count(*) filter (where is_accepted) as accepted
    from {{ ref('int_slice_territories') }}
    where is_over
    group by dataset, period_start, period_end, territory_code
),

slices_of_periods as (
    select
        periods.indicator_code,
        datasets.measure as covered_by,
        periods.period_grain,
        periods.period_start,
        slices.territory_code,
        sum(slices.expected)::bigint as slices_expected,
        sum(slices.accepted)::bigint as slices_accepted
    from periods
    inner join datasets
        on
            periods.indicator_code = datasets.indicator_code
            and periods.definition_version = datasets.definition_version
    inner join slices
        on
            datasets.dataset = slices.dataset
            and {{ slice_counts_in('slices', 'periods') }}
    group by
        periods.indicator_code,
        datasets.measure,
        periods.period_grain,
        periods.period_start,
        slices.territory_code
),

final as (
    select
        periods.indicator_code,
        measures.measure,
        periods.period_grain,
        periods.period_start,
        territories.territory_code,
        coalesce(counted.slices_expected, 0) as slices_expected,
        coalesce(counted.slices_accepted, 0) as slices_accepted,
        -- The ledger knows all of itself.
        case
            when periods.basis = 'ledger' then 100
            else 100 * counted.slices_accepted::numeric / nullif(counted.slices_expected, 0)
        end as coverage_pct
    from periods
    inner join measures
        on
            periods.indicator_code = measures.indicator_code
            and periods.definition_version = measures.definition_version
            and coalesce(measures.only_grain, periods.period_grain) = periods.period_grain
    cross join territories
    left join slices_of_periods as counted
        on
            periods.indicator_code = counted.indicator_code
            and periods.period_grain = counted.period_grain
            and periods.period_start = counted.period_start
            and territories.territory_code = counted.territory_code
            and coalesce(measures.covered_by, '') = coalesce(counted.covered_by, '')
)

select * from final
