{{ config(schema='intermediate') }}

with obligations as (
    select * from {{ ref('fct_obligation') }}
),

slices as (
    select * from {{ source('ops', 'run_slices') }}
    where run_id = {{ var('run_id') }}
),

results as (
    select * from {{ ref('fct_check_result') }}
),

score_checks as (
    select * from {{ ref('score_checks') }}
),

-- Of the delivery that speaks alone: what was refused is not in the warehouse, and its absence is counted already.
checks as (
    select
        results.delivery_id,
        sum(results.checked - results.failed) filter (where score_checks.part = 'conformance') as conformance_passed,
        sum(results.checked) filter (where score_checks.part = 'conformance') as conformance_applicable,
        sum(results.checked - results.failed) filter (where score_checks.part = 'completeness') as completeness_filled,
        sum(results.checked) filter (where score_checks.part = 'completeness') as completeness_required,
        sum(results.checked - results.failed) filter (where score_checks.part = 'consistency') as consistency_passed,
        sum(results.checked) filter (where score_checks.part = 'consistency') as consistency_applicable
    from slices
    inner join results on slices.delivery_id = results.delivery_id
    inner join score_checks
        on
            results.scope = score_checks.scope
            and results.dimension = score_checks.dimension
    group by results.delivery_id
),

known as (
    select
        provider_code,
        dataset,
        period,
        municipality_code,
        delivery_id,
        is_past_due and is_expected as is_expected,
        is_past_due and not is_expected as is_waived,
        is_past_due and is_accepted as is_accepted,
        is_past_due and is_accepted and was_on_time as is_on_time,
        false as is_unexpected,
        period_start,
        period_end
    from obligations
    union all
    -- Accepted, though the registry no longer expects them: not capped, the rate goes over 100.
    select
        slices.provider_code,
        slices.dataset,
        slices.period,
        slices.municipality_code,
        slices.delivery_id,
        false as is_expected,
        false as is_waived,
        true as is_accepted,
        false as is_on_time,
        true as is_unexpected,
        slices.period_start,
        slices.period_end
    from slices
    left join obligations
        on
            slices.provider_code = obligations.provider_code
            and slices.dataset = obligations.dataset
            and slices.period = obligations.period
    where
        obligations.period is null
        and slices.period_end < {{ clock_date() }}
),

numbered as (
    select
        known.*,
        case
            when known.is_expected
                then row_number() over (
                    partition by known.provider_code, known.dataset, known.is_expected
                    order by known.period_end desc
                )
        end as periods_back
    from known
),

windowed as (
    select
        numbered.*,
        continuity_periods.value as window_periods,
        count(numbered.periods_back) over slices_of_dataset as periods_expected,
        min(numbered.period_start) filter (where numbered.periods_back <= continuity_periods.value)
            over slices_of_dataset as window_start
    from numbered
    {{ parameter('continuity_periods', clock_date()) }}
    window slices_of_dataset as (partition by numbered.provider_code, numbered.dataset)
),

final as (
    select
        windowed.provider_code,
        windowed.dataset,
        windowed.period,
        windowed.municipality_code,
        windowed.delivery_id,
        windowed.is_expected,
        windowed.is_waived,
        windowed.is_accepted,
        windowed.is_on_time,
        windowed.is_unexpected,
        windowed.periods_back,
        case
            when windowed.is_unexpected
                then coalesce(windowed.period_start >= windowed.window_start, true)
            when windowed.is_waived and windowed.periods_expected >= windowed.window_periods
                then windowed.period_start >= windowed.window_start
            else windowed.is_waived or coalesce(windowed.periods_back <= windowed.window_periods, false)
        end as is_in_window,
        windowed.period_start,
        windowed.period_end,
        -- What is not counted as accepted has no checks either.
        case when windowed.is_accepted then coalesce(checks.conformance_passed, 0) else 0 end as conformance_passed,
        case when windowed.is_accepted then coalesce(checks.conformance_applicable, 0) else 0 end
            as conformance_applicable,
        case when windowed.is_accepted then coalesce(checks.completeness_filled, 0) else 0 end as completeness_filled,
        case when windowed.is_accepted then coalesce(checks.completeness_required, 0) else 0 end
            as completeness_required,
        case when windowed.is_accepted then coalesce(checks.consistency_passed, 0) else 0 end as consistency_passed,
        case when windowed.is_accepted then coalesce(checks.consistency_applicable, 0) else 0 end
            as consistency_applicable
    from windowed
    left join checks on windowed.delivery_id = checks.delivery_id
)

select * from final
