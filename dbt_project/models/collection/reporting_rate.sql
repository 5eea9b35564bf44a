with slices as (
    select * from {{ ref('int_collected_slices') }}
),

-- Periods between two accepted ones share a number: each is one run of missing periods.
numbered as (
    select
        provider_code,
        dataset,
        period,
        is_accepted,
        periods_back,
        count(*) filter (where is_accepted) over (
            partition by provider_code, dataset
            order by periods_back
        ) as accepted_since
    from slices
    where
        is_expected
        and is_in_window
),

gaps as (
    select
        provider_code,
        dataset,
        accepted_since,
        count(*) filter (where not is_accepted) as missing
    from numbered
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

unbroken as (
    select
        provider_code,
        dataset,
        -- Accepted ones that have no missing one after them.
        count(*) filter (where is_accepted and accepted_since = periods_back) as current_run,
        max(period) filter (where periods_back = 1) as last_period
    from numbered
    group by provider_code, dataset
),

-- Who owes a dataset has its row also while nothing of it is past due or all of it is waived.
counted as (
    select
        provider_code,
        dataset,
        count(*) filter (where is_expected and is_in_window) as expected,
        count(*) filter (where is_accepted and is_in_window) as accepted,
        count(*) filter (where is_on_time and is_in_window) as on_time,
        count(*) filter (where is_expected and is_in_window and not is_accepted) as missing
    from slices
    group by provider_code, dataset
),

final as (
    select
        counted.provider_code,
        counted.dataset,
        counted.expected,
        counted.accepted,
        counted.on_time,
        {{ percent('counted.accepted', 'counted.expected') }} as reporting_rate,
        {{ percent('counted.on_time', 'counted.expected') }} as timeliness,
        {{ percent('counted.expected - counted.missing', 'counted.expected') }} as continuity,
        coalesce(longest_gaps.longest_gap, 0) as longest_gap,
        coalesce(unbroken.current_run, 0) as current_run,
        unbroken.last_period
    from counted
    left join longest_gaps
        on
            counted.provider_code = longest_gaps.provider_code
            and counted.dataset = longest_gaps.dataset
    left join unbroken
        on
            counted.provider_code = unbroken.provider_code
            and counted.dataset = unbroken.dataset
)

select * from final
