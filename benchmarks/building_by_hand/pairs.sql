-- First and last assessments of cases: P01, P03, P06, P09; who took part in activities: P08, with its share of P01.
create unlogged table by_hand.pairs as
with valid as (
    select
        provider_code,
        case_number,
        assessment_number,
        assessed_on,
        overall_level
    from by_hand.fct_assessment
    where is_valid
),

baselines as (
    select distinct on (provider_code, case_number)
        provider_code,
        case_number,
        assessed_on,
        overall_level
    from valid
    order by provider_code, case_number, assessed_on, assessment_number collate "C"
),

lasts as (
    select distinct on (grains.period_grain, grains.period_start, valid.provider_code, valid.case_number)
        grains.period_grain,
        grains.period_start::date as period_start,
        valid.provider_code,
        valid.case_number,
        valid.assessed_on,
        valid.overall_level
    from valid
    cross join lateral (
        values
        ('month', date_trunc('month', valid.assessed_on)),
        ('quarter', date_trunc('quarter', valid.assessed_on)),
        ('year', date_trunc('year', valid.assessed_on))
    ) as grains (period_grain, period_start)
    order by
        grains.period_grain asc, grains.period_start asc, valid.provider_code asc, valid.case_number asc,
        valid.assessed_on desc, valid.assessment_number collate "C" desc
)

select
    lasts.period_grain,
    lasts.period_start,
    lasts.overall_level - baselines.overall_level as change,
    places.child_id,
    municipalities.county_code,
    places.municipality_code,
    places.sex,
    by_hand.age_band(by_hand.age(places.birth_month, lasts.assessed_on)) as age_band,
    case when disability.child_id is null then 'no' else 'yes' end as disability,
    case when sen.child_id is null then 'no' else 'yes' end as sen
from lasts
inner join baselines using (provider_code, case_number)
inner join by_hand.case_places as places
    on
        lasts.provider_code = places.provider_code
        and lasts.case_number = places.case_number
        and lasts.assessed_on >= places.speaks_from
        and lasts.assessed_on < places.speaks_until
inner join by_hand.municipalities using (municipality_code)
left join by_hand.decisions as disability
    on
        disability.kind = 'disability'
        and places.child_id = disability.child_id
        and baselines.assessed_on >= disability.in_force_from
        and baselines.assessed_on < disability.in_force_until
left join by_hand.decisions as sen
    on
        sen.kind = 'sen'
        and places.child_id = sen.child_id
        and baselines.assessed_on >= sen.in_force_from
        and baselines.assessed_on < sen.in_force_until
where
    lasts.assessed_on - baselines.assessed_on >= 30
    and (places.birth_month is null or by_hand.age(places.birth_month, lasts.assessed_on) between 0 and 17);
analyze by_hand.pairs;

-- Children with a case open in the period and sessions planned in it, by the case's row that speaks on the last day.
create unlogged table by_hand.in_activities as
with sessions as (
    select
        grains.period_grain,
        grains.period_start::date as period_start,
        attendance.child_id,
        sum(attendance.sessions_attended) * 100 >= sum(attendance.sessions_planned) * 70 as attends
    from by_hand.fct_activity_attendance as attendance
    cross join lateral (
        values
        ('month', date_trunc('month', attendance.attendance_month)),
        ('quarter', date_trunc('quarter', attendance.attendance_month)),
        ('year', date_trunc('year', attendance.attendance_month))
    ) as grains (period_grain, period_start)
    group by grains.period_grain, grains.period_start, attendance.child_id
    having sum(attendance.sessions_planned) > 0
)

select distinct
    periods.period_grain,
    periods.period_start,
    sessions.child_id,
    sessions.attends,
    municipalities.county_code,
    places.municipality_code,
    places.sex,
    by_hand.age_band(by_hand.age(places.birth_month, periods.period_end)) as age_band,
    case when disability.child_id is null then 'no' else 'yes' end as disability,
    case when sen.child_id is null then 'no' else 'yes' end as sen
from sessions
inner join by_hand.periods using (period_grain, period_start)
inner join by_hand.case_places as places
    on
        sessions.child_id = places.child_id
        and periods.period_end >= places.speaks_from
        and periods.period_end < places.speaks_until
        and periods.period_end >= places.opened_on
        and periods.period_start < coalesce(places.closed_on, 'infinity'::date)
inner join by_hand.municipalities using (municipality_code)
left join by_hand.decisions as disability
    on
        disability.kind = 'disability'
        and sessions.child_id = disability.child_id
        and periods.period_end >= disability.in_force_from
        and periods.period_end < disability.in_force_until
left join by_hand.decisions as sen
    on
        sen.kind = 'sen'
        and sessions.child_id = sen.child_id
        and periods.period_end >= sen.in_force_from
        and periods.period_end < sen.in_force_until
where places.birth_month is null or by_hand.age(places.birth_month, periods.period_end) between 0 and 17;
analyze by_hand.in_activities;

insert into by_hand.counts
with spread as (
    select
        children.*,
        groups.breakdown,
        groups.breakdown_value
    from by_hand.in_activities as children
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', children.sex),
        ('age_band', children.age_band),
        ('disability', children.disability),
        ('sen', children.sen)
    ) as groups (breakdown, breakdown_value)
    where groups.breakdown_value is not null
)

select
    'P08' as indicator_code,
    'main' as measure,
    period_grain,
    period_start,
    coalesce(municipality_code, county_code, '00') as territory_code,
    breakdown,
    breakdown_value,
    count(distinct child_id) filter (where attends) as numerator,
    count(distinct child_id) as denominator
from spread
group by period_grain, period_start, breakdown, breakdown_value, rollup (county_code, municipality_code);

insert into by_hand.counts
with members as (
    select distinct
        period_grain,
        period_start,
        child_id,
        attends
    from by_hand.in_activities
),

cells as (
    select
        pairs.period_grain,
        pairs.period_start,
        pairs.county_code,
        pairs.municipality_code,
        pairs.sex,
        pairs.age_band,
        pairs.disability,
        pairs.sen,
        count(*) as pairs,
        count(*) filter (where pairs.change < 0) as improved,
        count(*) filter (where pairs.change = 0) as unchanged,
        count(*) filter (where pairs.change > 0) as worse,
        sum(pairs.change) as change,
        count(*) filter (where members.attends) as pairs_attending,
        count(*) filter (where pairs.change < 0 and members.attends) as improved_attending,
        count(*) filter (where not members.attends) as pairs_other,
        count(*) filter (where pairs.change < 0 and not members.attends) as improved_other
    from by_hand.pairs
    left join members using (period_grain, period_start, child_id)
    group by
        pairs.period_grain, pairs.period_start, pairs.county_code, pairs.municipality_code,
        pairs.sex, pairs.age_band, pairs.disability, pairs.sen
),

counted as (
    select
        cells.period_grain,
        cells.period_start,
        coalesce(cells.municipality_code, cells.county_code, '00') as territory_code,
        groups.breakdown,
        groups.breakdown_value,
        sum(cells.pairs) as pairs,
        sum(cells.improved) as improved,
        sum(cells.unchanged) as unchanged,
        sum(cells.worse) as worse,
        sum(cells.change) as change,
        sum(cells.pairs_attending) as pairs_attending,
        sum(cells.improved_attending) as improved_attending,
        sum(cells.pairs_other) as pairs_other,
        sum(cells.improved_other) as improved_other
    from cells
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', cells.sex),
        ('age_band', cells.age_band),
        ('disability', cells.disability),
        ('sen', cells.sen)
    ) as groups (breakdown, breakdown_value)
    where groups.breakdown_value is not null
    group by
        cells.period_grain, cells.period_start, groups.breakdown, groups.breakdown_value,
        rollup (cells.county_code, cells.municipality_code)
)

select
    measures.indicator_code,
    measures.measure,
    counted.period_grain,
    counted.period_start,
    counted.territory_code,
    case when measures.of_group = 'all' then counted.breakdown else 'total' end as breakdown,
    case when measures.of_group = 'all' then counted.breakdown_value else 'total' end as breakdown_value,
    measures.numerator,
    measures.denominator
from counted
cross join lateral (
    values
    ('P01', 'all', 'main', counted.improved, counted.pairs),
    ('P01', 'all', 'unchanged', counted.unchanged, counted.pairs),
    ('P01', 'all', 'mean_change', counted.change, counted.pairs),
    ('P09', 'all', 'main', counted.worse, counted.pairs),
    ('P03', 'disability', 'main', counted.improved, counted.pairs),
    ('P03', 'disability', 'unchanged', counted.unchanged, counted.pairs),
    ('P03', 'disability', 'mean_change', counted.change, counted.pairs),
    ('P06', 'sen', 'main', counted.improved, counted.pairs),
    ('P06', 'sen', 'unchanged', counted.unchanged, counted.pairs),
    ('P06', 'sen', 'mean_change', counted.change, counted.pairs),
    ('P08', 'all', 'improved_attending', counted.improved_attending, counted.pairs_attending),
    ('P08', 'all', 'improved_other', counted.improved_other, counted.pairs_other)
) as measures (indicator_code, of_group, measure, numerator, denominator)
where
    measures.of_group = 'all'
    or (measures.of_group = counted.breakdown and counted.breakdown_value = 'yes');
