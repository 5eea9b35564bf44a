with counted as not materialized (
    select * from {{ ref('ind_s01_children_in_risk_families') }}
    union all
    select * from {{ ref('ind_s02_children_suffering_violence') }}
    union all
    select * from {{ ref('ind_s03_services_delivered') }}
    union all
    select * from {{ ref('ind_s04_children_without_parental_care') }}
    union all
    select * from {{ ref('ind_s05_children_at_social_risk') }}
    union all
    select * from {{ ref('ind_s06_variety_of_services') }}
    union all
    select * from {{ ref('ind_s07_children_who_offended') }}
    union all
    select * from {{ ref('ind_s08_children_with_addictions') }}
    union all
    select * from {{ ref('ind_s09_cases_by_risk_level') }}
    union all
    select * from {{ ref('ind_s10_children_not_attending_school') }}
    union all
    select * from {{ ref('ind_s11_share_of_risks') }}
    union all
    select * from {{ ref('ind_p01_risk_improved') }}
    union all
    select * from {{ ref('ind_p02_plans_implemented') }}
    union all
    select * from {{ ref('ind_p03_risk_improved_disabled') }}
    union all
    select * from {{ ref('ind_p04_plans_implemented_disabled') }}
    union all
    select * from {{ ref('ind_p05_cooperation') }}
    union all
    select * from {{ ref('ind_p06_risk_improved_special_needs') }}
    union all
    select * from {{ ref('ind_p07_plans_implemented_special_needs') }}
    union all
    select * from {{ ref('ind_p08_children_in_activities') }}
    union all
    select * from {{ ref('ind_p09_risk_worsened') }}
    union all
    select * from {{ ref('ind_p10_help_as_families_see_it') }}
    union all
    select * from {{ ref('ind_p11_automated_integration') }}
),

periods as (
    select * from {{ ref('int_indicator_periods') }}
),

measures as (
    select * from {{ ref('indicator_measures') }}
),

coverage as (
    select * from {{ ref('int_indicator_coverage') }}
),

-- Few, and asked for twice: the planner, which takes them for fewer still, joins them before the values.
described as (
    select
        coverage.indicator_code,
        coverage.measure,
        coverage.period_grain,
        coverage.period_start,
        coverage.territory_code,
        periods.definition_version,
        periods.period_end,
        periods.basis,
        periods.is_first_after_break,
        measures.unit,
        measures.denominator_kind,
        fewest.value as least_denominator,
        coverage.coverage_pct,
        periods.basis = 'deliveries'
        and coverage.slices_accepted = 0 as is_uncovered,
        rate_base.value as rate_base
    from coverage
    inner join periods
        on
            coverage.indicator_code = periods.indicator_code
            and coverage.period_grain = periods.period_grain
            and coverage.period_start = periods.period_start
    inner join measures
        on
            coverage.indicator_code = measures.indicator_code
            and coverage.measure = measures.measure
            and periods.definition_version = measures.definition_version
    {{ parameter('rate_base', 'periods.period_end') }}
    left join {{ ref('stg_parameters') }} as fewest
        on
            measures.least_denominator = fewest.parameter
            and periods.period_end >= fewest.valid_from
            and periods.period_end < fewest.valid_until
),

-- Decided on the total row, applied to its breakdowns. A population is no count of the indicator's own.
counted_uncovered as (
    select
        counted.indicator_code,
        counted.measure,
        counted.period_grain,
        counted.period_start,
        counted.territory_code
    from counted
    inner join described
        on
            counted.indicator_code = described.indicator_code
            and counted.measure = described.measure
            and counted.period_grain = described.period_grain
            and counted.period_start = described.period_start
            and counted.territory_code = described.territory_code
    where
        described.is_uncovered
        and counted.breakdown = 'total'
        and (
            counted.numerator <> 0
            or (described.denominator_kind = 'records' and counted.denominator > 0)
        )
),

judged as (
    select
        counted.*,
        described.definition_version,
        described.period_end,
        described.basis,
        described.is_first_after_break,
        described.unit,
        described.least_denominator,
        described.coverage_pct,
        described.rate_base,
        described.is_uncovered
        and counted_uncovered.indicator_code is null as is_missing
    from counted
    inner join described
        on
            counted.indicator_code = described.indicator_code
            and counted.measure = described.measure
            and counted.period_grain = described.period_grain
            and counted.period_start = described.period_start
            and counted.territory_code = described.territory_code
    left join counted_uncovered
        on
            counted.indicator_code = counted_uncovered.indicator_code
            and counted.measure = counted_uncovered.measure
            and counted.period_grain = counted_uncovered.period_grain
            and counted.period_start = counted_uncovered.period_start
            and counted.territory_code = counted_uncovered.territory_code
),

final as (
    select
        indicator_code,
        measure,
        definition_version,
        period_grain,
        period_start,
        period_end,
        territory_level,
        territory_code,
        breakdown,
        breakdown_value,
        case when not is_missing then numerator end as numerator,
        case when not is_missing then denominator end as denominator,
        case
            when is_missing or denominator < least_denominator then null
            when unit = 'per_1000' then rate_base * numerator / nullif(denominator, 0)
            when unit = 'percent' then 100 * numerator / nullif(denominator, 0)
            when unit = 'mean' then numerator / nullif(denominator, 0)
        end as value,
        unit,
        coverage_pct,
        case
            when basis = 'ledger' then 'A'
            when is_missing then 'M'
            when is_first_after_break then 'B'
            when coverage_pct < 100 then 'P'
            when is_estimated then 'E'
            else 'A'
        end as obs_status
    from judged
)

select * from final
