with obligations as (
    select * from {{ ref('fct_obligation') }}
    where
        is_expected
        and is_past_due
),

slices as (
    select * from {{ source('ops', 'run_slices') }}
    where run_id = {{ var('run_id') }}
),

numbered as (
    select
        obligations.*,
        row_number() over (
            partition by provider_code, dataset
            order by period_end desc
        ) as periods_back
    from obligations
),

windowed as (
    select
        numbered.*,
        -- Periods between two accepted ones share a number: each is one run of missing periods.
        count(*) filter (where numbered.is_accepted) over (
            partition by numbered.provider_code, numbered.dataset
            order by numbered.periods_back
        ) as accepted_since
    from numbered
    {{ parameter('continuity_periods', clock_date()) }}
    where numbered.periods_back <= continuity_periods.value
),

gaps as (
    select
        provider_code,
        dataset,
        accepted_since,
        count(*) filter (where not is_accepted) as missing
    from windowed
    group by provider_code, dataset, accepted_since
),

longest_gaps as (
    select
        provider_code,
        dataset,
        max(missing) as longest_gap
    from gaps
    group by provider_code, dataset
),

counted as (
    select
        provider_code,
        dataset,
        count(*) as expected,
        count(*) filter (where is_accepted) as accepted,
        count(*) filter (where is_accepted and was_on_time) as on_time,
        -- The unbroken run: accepted ones that have no missing one after them.
        count(*) filter (where is_accepted and accepted_since = periods_back) as current_run,
        min(period_start) as first_start,
        max(period) filter (where periods_back = 1) as last_period
    from windowed
    group by provider_code, dataset
),

-- Accepted, though the registry no longer expects them: not capped, the rate goes over 100.
unexpected as (
    select
        slices.provider_code,
        slices.dataset,
        count(*) as accepted
    from slices
    left join counted
        on
            slices.provider_code = counted.provider_code
            and slices.dataset = counted.dataset
    where
        slices.period_end < {{ clock_date() }}
        and (counted.first_start is null or slices.period_start >= counted.first_start)
        and not exists (
            select from {{ ref('fct_obligation') }} as known
            where
                known.provider_code = slices.provider_code
                and known.dataset = slices.dataset
                and known.period = slices.period
        )
    group by slices.provider_code, slices.dataset
),

-- Who owes a dataset has its row also while nothing of it is past due or all of it is waived.
providers_and_datasets as (
    select
        provider_code,
        dataset
    from {{ ref('fct_obligation') }}
    union
    select
        provider_code,
        dataset
    from unexpected
),

final as (
    select
        named.provider_code,
        named.dataset,
        coalesce(counted.expected, 0) as expected,
        coalesce(counted.accepted, 0) + coalesce(unexpected.accepted, 0) as accepted,
        coalesce(counted.on_time, 0) as on_time,
        100.0 * (coalesce(counted.accepted, 0) + coalesce(unexpected.accepted, 0))
        / counted.expected as reporting_rate,
        100.0 * counted.on_time / counted.expected as timeliness,
        100.0 * (1 - (counted.expected - counted.accepted)::numeric / counted.expected) as continuity,
        coalesce(longest_gaps.longest_gap, 0) as longest_gap,
        coalesce(counted.current_run, 0) as current_run,
        counted.last_period
    from providers_and_datasets as named
    left join counted
        on
            named.provider_code = counted.provider_code
            and named.dataset = counted.dataset
    left join longest_gaps
        on
            named.provider_code = longest_gaps.provider_code
            and named.dataset = longest_gaps.dataset
    left join unexpected
        on
            named.provider_code = unexpected.provider_code
            and named.dataset = unexpected.dataset
)

select * from final
