with expected as (
    select * from {{ ref('int_expected_values') }}
    where indicator_code = 'P08'
),

attendance as (
    select * from {{ ref('fct_activity_attendance') }}
),

cases as (
    select * from {{ ref('int_case_places') }}
),

pairs as (
    select * from {{ ref('int_assessment_pairs') }}
),

periods as (
    select * from {{ ref('int_indicator_periods') }}
    where indicator_code = 'P08'
),

months as (
    select * from {{ ref('int_period_months') }}
),

territories as (
    select * from {{ ref('int_territories') }}
),

of_months as (
    select
        child_id,
        attendance_month,
        sum(sessions_planned) as planned,
        sum(sessions_attended) as attended
    from attendance
    group by child_id, attendance_month
),

of_periods as (
    select
        months.period_grain,
        months.period_start,
        of_months.child_id,
        sum(of_months.attended) * 100 >= sum(of_months.planned) * attendance_pct.value as is_attending
    from of_months
    inner join months on of_months.attendance_month = months.month_start
    {{ parameter('attendance_pct', 'months.period_end') }}
    group by months.period_grain, months.period_start, of_months.child_id, attendance_pct.value
    having sum(of_months.planned) > 0
),

-- A case is what the slice holding the period's last day says of it, else the latest earlier, else the first.
open_in_periods as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        cases.child_id,
        cases.birth_month,
        cases.sex,
        cases.municipality_code
    from periods
    inner join cases
        on
            periods.period_end >= cases.speaks_from
            and periods.period_end < cases.speaks_until
            and periods.period_end >= cases.opened_on
            and (cases.closed_on is null or periods.period_start < cases.closed_on)
),

children as (
    select
        cases.period_grain,
        cases.period_start,
        cases.child_id,
        cases.municipality_code,
        cases.sex,
        {{ child_traits() }},
        of_periods.is_attending
    from open_in_periods as cases
    inner join of_periods
        on
            cases.period_grain = of_periods.period_grain
            and cases.period_start = of_periods.period_start
            and cases.child_id = of_periods.child_id
    {{ parameter('child_max_age', 'cases.period_end') }}
    {{ join_child_traits('cases', 'period_end') }}
    where {{ is_child_on('cases.birth_month', 'cases.period_end') }}
),

counted as (
    select
        children.period_grain,
        children.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        count(distinct children.child_id) as children,
        count(distinct children.child_id) filter (where children.is_attending) as attending
    from children
    inner join territories on children.municipality_code = territories.municipality_code
    {{ child_breakdowns('children') }}
    group by
        children.period_grain,
        children.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value
),

-- Pairs are placed and broken down as in P01; only whose they are is asked of the children above.
pairs_of_children as (
    select
        pairs.*,
        known.is_attending
    from pairs
    inner join (
        select distinct
            period_grain,
            period_start,
            child_id,
            is_attending
        from children
    ) as known
        on
            pairs.period_grain = known.period_grain
            and pairs.period_start = known.period_start
            and pairs.child_id = known.child_id
),

improved as (
    select
        pairs_of_children.period_grain,
        pairs_of_children.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        case when pairs_of_children.is_attending then 'improved_attending' else 'improved_other' end as measure,
        count(*) filter (where pairs_of_children.change < 0) as numerator,
        count(*) as denominator
    from pairs_of_children
    inner join territories on pairs_of_children.municipality_code = territories.municipality_code
    {{ child_breakdowns('pairs_of_children') }}
    group by
        pairs_of_children.period_grain,
        pairs_of_children.period_start,
        territories.territory_code,
        breakdowns.breakdown,
        breakdowns.breakdown_value,
        pairs_of_children.is_attending
),

measured as (
    select
        period_grain,
        period_start,
        territory_code,
        breakdown,
        breakdown_value,
        'main' as measure,
        attending as numerator,
        children as denominator
    from counted
    union all
    select
        period_grain,
        period_start,
        territory_code,
        breakdown,
        breakdown_value,
        measure,
        numerator,
        denominator
    from improved
),

final as (
    select
        expected.indicator_code,
        expected.measure,
        expected.period_grain,
        expected.period_start,
        expected.territory_level,
        expected.territory_code,
        expected.breakdown,
        expected.breakdown_value,
        coalesce(measured.numerator, 0)::numeric as numerator,
        coalesce(measured.denominator, 0)::numeric as denominator,
        false as is_estimated
    from expected
    left join measured
        on
            expected.measure = measured.measure
            and expected.period_grain = measured.period_grain
            and expected.period_start = measured.period_start
            and expected.territory_code = measured.territory_code
            and expected.breakdown = measured.breakdown
            and expected.breakdown_value = measured.breakdown_value
)

select * from final
