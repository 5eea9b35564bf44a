with indicators as (
    select * from {{ ref('indicators') }}
),

versions as (
    select * from {{ ref('indicator_versions') }}
),

grains as (
    select * from {{ ref('indicator_grains') }}
),

periods as (
    select * from {{ ref('dim_period') }}
    where is_over
),

held as (
    select coalesce(max(before_date), '-infinity') as held_from
    from {{ source('ops', 'retentions') }}
),

-- A dataset that one measure alone is counted from brings about the periods of that measure's grain.
datasets as (
    select
        datasets.indicator_code,
        datasets.definition_version,
        datasets.dataset,
        datasets.counted_where,
        measures.only_grain
    from {{ ref('indicator_datasets') }} as datasets
    left join {{ ref('indicator_measures') }} as measures
        on
            datasets.indicator_code = measures.indicator_code
            and datasets.definition_version = measures.definition_version
            and datasets.measure = measures.measure
    where datasets.role = 'numerator'
),

obligations as (
    select * from {{ ref('fct_obligation') }}
),

-- A slice that is waived brings no value about; its due day is waited for all the same.
slices as (
    select
        dataset,
        period_start,
        period_end,
        max(due_on) as due_on,
        bool_or(is_expected) as is_expected
    from obligations
    group by dataset, period_start, period_end
),

due_days as (
    select
        due_on,
        bool_or(is_expected) as is_expected
    from obligations
    group by due_on
),

-- A period is computed by the version valid on its last day; not at all where retention took rows of it. The ledger
-- keeps all of its own.
candidates as (
    select
        indicators.indicator_code,
        indicators.basis,
        versions.definition_version,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        versions.is_break
        and versions.valid_from between periods.period_start and periods.period_end as is_first_after_break
    from indicators
    inner join versions on indicators.indicator_code = versions.indicator_code
    inner join grains on indicators.indicator_code = grains.indicator_code
    inner join periods
        on
            grains.period_grain = periods.period_grain
            and coalesce(versions.valid_from, '-infinity') <= periods.period_end
            and coalesce(versions.valid_to, 'infinity') > periods.period_end
    cross join held
    where
        periods.period_start >= held.held_from
        or indicators.basis = 'ledger'
),

with_slices as (
    select
        candidates.indicator_code,
        candidates.period_grain,
        candidates.period_start,
        slices.due_on,
        slices.is_expected
    from candidates
    inner join datasets
        on
            candidates.indicator_code = datasets.indicator_code
            and candidates.definition_version = datasets.definition_version
            and candidates.period_grain = coalesce(datasets.only_grain, candidates.period_grain)
    inner join slices
        on
            datasets.dataset = slices.dataset
            and {{ slice_counts_in('slices', 'candidates') }}
    where candidates.basis = 'deliveries'
    union all
    select
        candidates.indicator_code,
        candidates.period_grain,
        candidates.period_start,
        due_days.due_on,
        due_days.is_expected
    from candidates
    inner join due_days on due_days.due_on between candidates.period_start and candidates.period_end
    where candidates.basis = 'ledger'
),

first_periods as (
    select
        indicator_code,
        period_grain,
        min(period_start) as first_start
    from with_slices
    where is_expected
    group by indicator_code, period_grain
),

last_due_days as (
    select
        indicator_code,
        period_grain,
        period_start,
        max(due_on) as last_due_on
    from with_slices
    group by indicator_code, period_grain, period_start
),

final as (
    select
        candidates.*,
        last_due_days.last_due_on
    from candidates
    inner join first_periods
        on
            candidates.indicator_code = first_periods.indicator_code
            and candidates.period_grain = first_periods.period_grain
            and candidates.period_start >= first_periods.first_start
    left join last_due_days
        on
            candidates.indicator_code = last_due_days.indicator_code
            and candidates.period_grain = last_due_days.period_grain
            and candidates.period_start = last_due_days.period_start
)

select * from final
