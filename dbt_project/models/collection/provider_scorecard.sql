with slices as (
    select * from {{ ref('int_collected_slices') }}
),

rates as (
    select * from {{ ref('reporting_rate') }}
),

windowed as (
    select
        slices.*,
        slices.period_end + make_interval(months => score_memory_months.value::integer)
        >= {{ clock_date() }} as is_current
    from slices
    {{ parameter('score_memory_months', clock_date()) }}
),

of_datasets as (
    select
        provider_code,
        dataset,
        max(municipality_code) as municipality_code,
        bool_or(is_current) as is_current,
        count(*) filter (where is_expected and is_in_window and not is_accepted) as missing,
        count(*) filter (where is_waived and is_in_window) as waived,
        sum(conformance_passed) filter (where is_in_window) as conformance_passed,
        sum(conformance_applicable) filter (where is_in_window) as conformance_applicable,
        sum(completeness_filled) filter (where is_in_window) as completeness_filled,
        sum(completeness_required) filter (where is_in_window) as completeness_required,
        sum(consistency_passed) filter (where is_in_window) as consistency_passed,
        sum(consistency_applicable) filter (where is_in_window) as consistency_applicable
    from windowed
    group by provider_code, dataset
),

joined as (
    select
        of_datasets.*,
        rates.expected,
        rates.accepted,
        rates.on_time,
        rates.longest_gap,
        rates.current_run,
        rates.last_period,
        rates.expected > 0
        and rates.current_run = 0 as is_silent,
        bool_or(of_datasets.is_current) over (partition by of_datasets.provider_code) as is_provider_current
    from of_datasets
    inner join rates
        on
            of_datasets.provider_code = rates.provider_code
            and of_datasets.dataset = rates.dataset
),

-- A dataset that ended long ago is in no sum, but that of a provider of which all has ended.
spread as (
    select
        joined.*,
        cards.card,
        cards.is_total
    from joined
    {{ each_of('cards (card, is_total)', ["joined.dataset, false", "'total', true"]) }}
    where
        not cards.is_total
        or joined.is_current
        or not joined.is_provider_current
),

counted as (
    select
        provider_code,
        card as dataset,
        is_total,
        max(municipality_code) as municipality_code,
        bool_or(is_current) as is_current,
        bool_or(is_silent) as is_silent,
        max(expected) as periods,
        max(longest_gap) as longest_gap,
        coalesce(min(current_run) filter (where expected > 0), 0) as current_run,
        max(last_period) filter (where not is_total) as last_period,
        {{ summed_counts() }}
    from spread
    group by provider_code, card, is_total
),

{{ scored('counted') }},

final as (
    select
        provider_code,
        dataset,
        is_total,
        municipality_code,
        is_current,
        is_silent,
        periods,
        expected,
        accepted,
        on_time,
        missing,
        waived,
        longest_gap,
        current_run,
        last_period,
        conformance_passed,
        conformance_applicable,
        completeness_filled,
        completeness_required,
        consistency_passed,
        consistency_applicable,
        reporting_rate,
        timeliness,
        conformance,
        completeness,
        consistency,
        continuity,
        reporting_rate_weight,
        timeliness_weight,
        conformance_weight,
        completeness_weight,
        consistency_weight,
        continuity_weight,
        weight_known,
        score,
        letter
    from scored
)

select * from final
