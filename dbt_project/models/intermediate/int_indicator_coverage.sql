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

counted as (
    select
        periods.indicator_code,
        periods.basis,
        periods.period_grain,
        periods.period_start,
        territories.territory_code,
        coalesce(sum(slices.expected), 0)::bigint as slices_expected,
        coalesce(sum(slices.accepted), 0)::bigint as slices_accepted
    from periods
    cross join territories
    left join datasets
        on
            periods.indicator_code = datasets.indicator_code
            and periods.definition_version = datasets.definition_version
    left join slices
        on
            datasets.dataset = slices.dataset
            and territories.territory_code = slices.territory_code
            and periods.period_start <= slices.period_end
            and periods.period_end >= slices.period_start
    group by
        periods.indicator_code,
        periods.basis,
        periods.period_grain,
        periods.period_start,
        territories.territory_code
),

final as (
    select
        indicator_code,
        period_grain,
        period_start,
        territory_code,
        slices_expected,
        slices_accepted,
        -- The ledger knows all of itself.
        case
            when basis = 'ledger' then 100
            else 100 * slices_accepted::numeric / nullif(slices_expected, 0)
        end as coverage_pct
    from counted
)

select * from final
