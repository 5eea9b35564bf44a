with slices as (
    select * from {{ ref('int_collected_slices') }}
    where
        is_expected
        or is_waived
        or is_unexpected
),

nation as (
    select * from {{ ref('nation') }}
),

placed as (
    select
        levels.level,
        levels.code,
        slices.provider_code,
        slices.dataset,
        date_trunc('month', slices.period_end)::date as month_start,
        slices.is_expected::integer as expected,
        slices.is_accepted::integer as accepted,
        slices.is_on_time::integer as on_time,
        (slices.is_expected and not slices.is_accepted)::integer as missing,
        slices.is_waived::integer as waived,
        slices.conformance_passed,
        slices.conformance_applicable,
        slices.completeness_filled,
        slices.completeness_required,
        slices.consistency_passed,
        slices.consistency_applicable
    from slices
    cross join nation
    {{ each_of(
        'levels (level, code)',
        ["'provider', slices.provider_code", "'municipality', slices.municipality_code", "'nation', nation.code"],
    ) }}
    where levels.code is not null
),

counted as (
    select
        level,
        code,
        coalesce(dataset, 'total') as dataset,
        grouping(dataset) = 1 as is_total,
        month_start,
        count(distinct provider_code) filter (where expected > 0) as providers,
        count(distinct provider_code) filter (where missing > 0) as silent_providers,
        {{ summed_counts() }}
    from placed
    group by grouping sets (
        (level, code, month_start, dataset),
        (level, code, month_start)
    )
),

final as (
    select
        level,
        code,
        dataset,
        is_total,
        month_start,
        providers,
        silent_providers,
        expected,
        accepted,
        on_time,
        missing,
        waived,
        conformance_passed,
        conformance_applicable,
        completeness_filled,
        completeness_required,
        consistency_passed,
        consistency_applicable,
        {{ shares_of_counts() }}
    from counted
)

select * from final
