-- What happened to children in a period: S02, S04 `new`, P02 with P04 and P07, each event on its own day.
create unlogged table by_hand.events as
with latest_reports as (
    select
        provider_code,
        report_number,
        max(period_start) as period_start
    from by_hand.fct_violence_event
    group by provider_code, report_number
),

latest_measures as (
    select distinct on (provider_code, plan_number, measure_number)
        provider_code,
        case_number,
        due_on,
        state,
        done_on
    from by_hand.fct_plan_measure
    order by provider_code asc, plan_number asc, measure_number asc, period_start desc
),

happened as (
    select
        'S02' as kind,
        events.happened_on as day,
        events.child_id,
        events.birth_month,
        events.sex,
        events.municipality_code,
        null as place,
        events.provider_code || '/' || events.report_number as record,
        events.is_witness,
        null::numeric as done,
        null::boolean as on_time
    from by_hand.fct_violence_event as events
    inner join latest_reports using (provider_code, report_number, period_start)
    where events.finding = 'TAIP'
    union all
    select
        'S04' as kind,
        begun_on as day,
        child_id,
        birth_month,
        sex,
        municipality_code,
        place,
        null as record,
        null as is_witness,
        null as done,
        null as on_time
    from by_hand.fct_care_episode
    where
        begun_on between period_start and period_end
        and ground <> 'TEVU_PRASYMU'
    union all
    select
        'P02' as kind,
        measures.due_on as day,
        places.child_id,
        places.birth_month,
        places.sex,
        places.municipality_code,
        null as place,
        null as record,
        null as is_witness,
        case measures.state when 'IVYKDYTA' then 1 when 'IS_DALIES' then 0.5 else 0 end as done,
        measures.state = 'IVYKDYTA' and measures.done_on <= measures.due_on as on_time
    from latest_measures as measures
    cross join by_hand.night
    inner join by_hand.case_places as places
        on
            measures.provider_code = places.provider_code
            and measures.case_number = places.case_number
            and measures.due_on >= places.speaks_from
            and measures.due_on < places.speaks_until
    where
        measures.state <> 'ATSAUKTA'
        and measures.due_on < night.clock_date
)

select
    happened.*,
    municipalities.county_code,
    by_hand.age_band(by_hand.age(happened.birth_month, happened.day)) as age_band,
    case when disability.child_id is null then 'no' else 'yes' end as disability,
    case when sen.child_id is null then 'no' else 'yes' end as sen
from happened
inner join by_hand.municipalities using (municipality_code)
left join by_hand.decisions as disability
    on
        disability.kind = 'disability'
        and happened.child_id = disability.child_id
        and happened.day >= disability.in_force_from
        and happened.day < disability.in_force_until
left join by_hand.decisions as sen
    on
        sen.kind = 'sen'
        and happened.child_id = sen.child_id
        and happened.day >= sen.in_force_from
        and happened.day < sen.in_force_until
where happened.birth_month is null or by_hand.age(happened.birth_month, happened.day) between 0 and 17;
analyze by_hand.events;

insert into by_hand.counts
with spread as (
    select
        events.kind,
        grains.period_grain,
        grains.period_start::date as period_start,
        events.county_code,
        events.municipality_code,
        events.child_id,
        events.record,
        events.is_witness,
        groups.breakdown,
        groups.breakdown_value
    from by_hand.events
    cross join lateral (
        values
        ('month', date_trunc('month', events.day)),
        ('quarter', date_trunc('quarter', events.day)),
        ('year', date_trunc('year', events.day))
    ) as grains (period_grain, period_start)
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', events.sex),
        ('age_band', events.age_band),
        ('disability', events.disability),
        ('sen', events.sen)
    ) as groups (breakdown, breakdown_value)
    where
        events.kind in ('S02', 'S04')
        and groups.breakdown_value is not null
),

counted as (
    select
        kind,
        period_grain,
        period_start,
        coalesce(municipality_code, county_code, '00') as territory_code,
        breakdown,
        breakdown_value,
        count(distinct child_id) as children,
        count(distinct child_id) filter (where not is_witness) as victims,
        count(distinct record) filter (where not is_witness) as records
    from spread
    group by kind, period_grain, period_start, breakdown, breakdown_value, rollup (county_code, municipality_code)
)

select
    measures.indicator_code,
    measures.measure,
    counted.period_grain,
    counted.period_start,
    counted.territory_code,
    counted.breakdown,
    counted.breakdown_value,
    measures.numerator,
    null as denominator
from counted
cross join lateral (
    values
    ('S02', 'main', counted.victims),
    ('S02', 'events', counted.records),
    ('S02', 'with_witnesses', counted.children),
    ('S04', 'new', counted.children)
) as measures (indicator_code, measure, numerator)
where measures.indicator_code = counted.kind;

-- The place of a child newly under guardianship: that of the latest episode begun in the period, in the territory.
insert into by_hand.counts
with latest as (
    select distinct on (grains.period_grain, grains.period_start, territories.territory_code, events.child_id)
        grains.period_grain,
        grains.period_start::date as period_start,
        territories.territory_code,
        events.place
    from by_hand.events
    inner join by_hand.territories using (municipality_code)
    cross join lateral (
        values
        ('month', date_trunc('month', events.day)),
        ('quarter', date_trunc('quarter', events.day)),
        ('year', date_trunc('year', events.day))
    ) as grains (period_grain, period_start)
    where events.kind = 'S04'
    order by
        grains.period_grain asc, grains.period_start asc, territories.territory_code asc, events.child_id asc,
        events.day desc
)

select
    'S04' as indicator_code,
    'new' as measure,
    period_grain,
    period_start,
    territory_code,
    'place' as breakdown,
    place as breakdown_value,
    count(*) as numerator,
    null as denominator
from latest
group by period_grain, period_start, territory_code, place;

insert into by_hand.counts
with cells as (
    select
        date_trunc('month', day) as month,
        county_code,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        count(*) as measures,
        sum(done) as done,
        count(*) filter (where on_time) as on_time
    from by_hand.events
    where kind = 'P02'
    group by month, county_code, municipality_code, sex, age_band, disability, sen
),

counted as (
    select
        grains.period_grain,
        grains.period_start::date as period_start,
        coalesce(cells.municipality_code, cells.county_code, '00') as territory_code,
        groups.breakdown,
        groups.breakdown_value,
        sum(cells.measures) as measures,
        sum(cells.done) as done,
        sum(cells.on_time) as on_time
    from cells
    cross join lateral (
        values
        ('month', cells.month),
        ('quarter', date_trunc('quarter', cells.month)),
        ('year', date_trunc('year', cells.month))
    ) as grains (period_grain, period_start)
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
        grains.period_grain, grains.period_start, groups.breakdown, groups.breakdown_value,
        rollup (cells.county_code, cells.municipality_code)
)

select
    indicators.indicator_code,
    measures.measure,
    counted.period_grain,
    counted.period_start,
    counted.territory_code,
    indicators.breakdown,
    indicators.breakdown_value,
    measures.numerator,
    counted.measures as denominator
from counted
cross join lateral (
    values
    ('P02', counted.breakdown, counted.breakdown_value, true),
    ('P04', 'total', 'total', counted.breakdown = 'disability' and counted.breakdown_value = 'yes'),
    ('P07', 'total', 'total', counted.breakdown = 'sen' and counted.breakdown_value = 'yes')
) as indicators (indicator_code, breakdown, breakdown_value, counts)
cross join lateral (
    values
    ('main', counted.done),
    ('on_time', counted.on_time)
) as measures (measure, numerator)
where indicators.counts;
