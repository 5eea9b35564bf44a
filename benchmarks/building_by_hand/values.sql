-- Every value expected, with what was counted, its denominator, coverage and status.
analyze by_hand.counts;

create unlogged table by_hand.series as
select
    measures.indicator_code,
    measures.measure,
    measures.definition_version,
    measures.unit,
    measures.kind,
    measures.denominator_kind,
    case
        when measures.measure like 'not_in_education%' then 'day'
        when measures.denominator_kind = 'pupils' then 'pupils'
        else measures.kind
    end as population_kind,
    case
        when measures.indicator_code = 'S07' then '14-17'
        when measures.measure like 'not_in_education%' then '7-17'
        when measures.denominator_kind = 'pupils' then '7-15'
        else '0-17'
    end as of_ages,
    case when measures.indicator_code = 'P10' then 5 else 0 end as least_denominator,
    case measures.unit when 'per_1000' then 1000 when 'percent' then 100 else 1 end as base,
    measures.unit <> 'count' as has_rate,
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    versions.is_break and versions.valid_from >= periods.period_start as is_first_after_break
from reference.indicator_measures as measures
inner join reference.indicator_versions as versions using (indicator_code, definition_version)
inner join by_hand.first_days using (indicator_code, measure)
inner join reference.indicator_grains as grains using (indicator_code)
inner join by_hand.periods
    on
        grains.period_grain = periods.period_grain
        and periods.period_grain = coalesce(measures.only_grain, periods.period_grain)
        and first_days.first_day <= periods.period_end
        and (versions.valid_from is null or versions.valid_from <= periods.period_end)
        and (versions.valid_to is null or versions.valid_to > periods.period_end);
analyze by_hand.series;

create unlogged table by_hand.groups as
with listed as (
    select
        list,
        code
    from reference.code_lists
    union all
    select
        'service_catalogue' as list,
        code
    from reference.service_catalogue
    union all
    select
        'instrument_items' as list,
        item as code
    from reference.instrument_items
)

select
    measures.indicator_code,
    measures.measure,
    breakdowns.breakdown,
    coalesce(listed.code, 'total') as breakdown_value
from (
    select distinct
        indicator_code,
        measure
    from reference.indicator_measures
) as measures
inner join reference.indicator_breakdowns using (indicator_code)
inner join reference.breakdowns using (breakdown)
left join listed on breakdowns.code_list = listed.list
where
    breakdowns.breakdown <> 'age'
    or (listed.code::integer >= 14) = (measures.measure <> 'under_14');
analyze by_hand.groups;

-- Nothing accepted and nothing counted: decided on the total row, said of all rows.
create unlogged table by_hand.totals as
select
    series.indicator_code,
    series.measure,
    series.period_grain,
    series.period_start,
    territories.territory_level,
    territories.territory_code,
    case
        when series.indicator_code = 'P11' then 100
        else 100.0 * coverage.accepted / nullif(coverage.expected, 0)
    end as coverage_pct,
    series.indicator_code <> 'P11'
    and coalesce(coverage.accepted, 0) = 0
    and coalesce(counts.numerator, 0) = 0
    and (series.denominator_kind <> 'records' or coalesce(counts.denominator, 0) = 0) as is_missing
from by_hand.series
cross join (
    select distinct
        territory_level,
        territory_code
    from by_hand.territories
) as territories
left join by_hand.coverage
    using (indicator_code, definition_version, measure, period_grain, period_start, territory_code)
left join by_hand.counts
    on
        series.indicator_code = counts.indicator_code
        and series.measure = counts.measure
        and series.period_grain = counts.period_grain
        and series.period_start = counts.period_start
        and territories.territory_code = counts.territory_code
        and counts.breakdown = 'total';
analyze by_hand.totals;

create table by_hand.indicator_current as
with counted as (
    select
        series.*,
        totals.territory_level,
        totals.territory_code,
        groups.breakdown,
        groups.breakdown_value,
        totals.coverage_pct,
        totals.is_missing,
        denominators.is_estimated,
        case when not totals.is_missing then coalesce(counts.numerator, 0) end as numerator,
        case
            when totals.is_missing or not series.has_rate then null
            when series.denominator_kind in ('records', 'reference') then coalesce(counts.denominator, 0)
            else denominators.denominator
        end as denominator
    from by_hand.series
    inner join by_hand.totals using (indicator_code, measure, period_grain, period_start)
    inner join by_hand.groups using (indicator_code, measure)
    left join by_hand.counts
        using (indicator_code, measure, period_grain, period_start, territory_code, breakdown, breakdown_value)
    left join by_hand.denominators
        on
            series.has_rate
            and series.denominator_kind in ('population', 'pupils')
            and series.population_kind = denominators.kind
            and series.of_ages = denominators.of_ages
            and series.period_grain = denominators.period_grain
            and series.period_start = denominators.period_start
            and totals.territory_code = denominators.territory_code
            and (case when groups.breakdown in ('place', 'reason') then 'total' else groups.breakdown end)
            = denominators.breakdown
            and (case when groups.breakdown in ('place', 'reason') then 'total' else groups.breakdown_value end)
            = denominators.breakdown_value
)

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
    numerator,
    denominator,
    case when denominator > 0 and denominator >= least_denominator then numerator * base / denominator end as value,
    unit,
    coverage_pct,
    case
        when is_missing then 'M'
        when is_first_after_break then 'B'
        when coverage_pct < 100 then 'P'
        when is_estimated then 'E'
        else 'A'
    end as obs_status
from counted;
alter table by_hand.indicator_current add primary key (
    indicator_code, measure, period_grain, period_start, territory_code, breakdown, breakdown_value
);
analyze by_hand.indicator_current;
