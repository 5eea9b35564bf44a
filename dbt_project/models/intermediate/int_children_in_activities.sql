with attendance as (
    select * from {{ ref('fct_activity_attendance') }}
),

cases as (
    select * from {{ ref('int_case_places') }}
),

periods as (
    select * from {{ ref('int_indicator_periods') }}
    where indicator_code = 'P08'
),

months as (
    select * from {{ ref('int_period_months') }}
),

-- Only who has a case can count, which is a small part of those who attend.
of_periods as (
    select
        months.period_grain,
        months.period_start,
        attendance.child_id,
        sum(attendance.sessions_planned) as planned,
        sum(attendance.sessions_attended) as attended
    from attendance
    inner join months on attendance.attendance_month = months.month_start
    where attendance.child_id in (select cases.child_id from cases)
    group by months.period_grain, months.period_start, attendance.child_id
    having sum(attendance.sessions_planned) > 0
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

final as (
    select
        cases.period_grain,
        cases.period_start,
        cases.child_id,
        cases.municipality_code,
        cases.sex,
        {{ child_traits() }},
        of_periods.attended * 100 >= of_periods.planned * attendance_pct.value as is_attending
    from open_in_periods as cases
    inner join of_periods
        on
            cases.period_grain = of_periods.period_grain
            and cases.period_start = of_periods.period_start
            and cases.child_id = of_periods.child_id
    {{ parameter('child_max_age', 'cases.period_end') }}
    {{ parameter('attendance_pct', 'cases.period_end') }}
    {{ join_child_traits('cases', 'period_end') }}
    where {{ is_child_on('cases.birth_month', 'cases.period_end') }}
)

select * from final
