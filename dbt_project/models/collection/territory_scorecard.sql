with scorecards as (
    select * from {{ ref('provider_scorecard') }}
    where
        not is_total
        and is_current
),

nation as (
    select * from {{ ref('nation') }}
),

-- A national provider answers to no municipality: it counts in the nation alone.
placed as (
    select
        scorecards.*,
        territories.territory_level,
        territories.territory_code
    from scorecards
    cross join nation
    {{ each_of(
        'territories (territory_level, territory_code)',
        ["'municipality', scorecards.municipality_code", "'nation', nation.code"],
    ) }}
    where territories.territory_code is not null
),

counted as (
    select
        territory_level,
        territory_code,
        coalesce(dataset, 'total') as dataset,
        grouping(dataset) = 1 as is_total,
        count(distinct provider_code) filter (where expected > 0) as providers,
        count(distinct provider_code) filter (where is_silent) as silent_providers,
        max(periods) as periods,
        max(longest_gap) as longest_gap,
        coalesce(min(current_run) filter (where expected > 0), 0) as current_run,
        {{ summed_counts() }}
    from placed
    group by grouping sets (
        (territory_level, territory_code, dataset),
        (territory_level, territory_code)
    )
),

{{ scored('counted') }},

final as (
    select
        territory_level,
        territory_code,
        dataset,
        is_total,
        providers,
        silent_providers,
        periods,
        expected,
        accepted,
        on_time,
        missing,
        waived,
        longest_gap,
        current_run,
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
