-- What was counted in a period, no child's traits asked: S03, S06, S07, S08, S10, P05, P10, P11.
insert into by_hand.counts
with months as (
    select
        services.period_start,
        municipalities.county_code,
        services.municipality_code,
        services.child_id,
        services.service_code,
        services.is_need_established,
        services.quantity > 0 as is_delivered
    from by_hand.fct_service_delivery as services
    inner join by_hand.municipalities using (municipality_code)
    where
        services.birth_month is null
        or by_hand.age(services.birth_month, services.period_end) between 0 and 17
),

needs as (
    select
        grains.period_grain,
        grains.period_start::date as period_start,
        coalesce(months.municipality_code, months.county_code, '00') as territory_code,
        months.service_code,
        bool_or(months.is_delivered) as is_delivered
    from months
    cross join lateral (
        values
        ('month', date_trunc('month', months.period_start)),
        ('quarter', date_trunc('quarter', months.period_start)),
        ('year', date_trunc('year', months.period_start))
    ) as grains (period_grain, period_start)
    group by
        grains.period_grain, grains.period_start, months.child_id, months.service_code,
        rollup (months.county_code, months.municipality_code)
    having bool_or(months.is_need_established)
)

select
    'S03' as indicator_code,
    'main' as measure,
    period_grain,
    period_start,
    territory_code,
    case when grouping(service_code) = 1 then 'total' else 'service' end as breakdown,
    coalesce(service_code, 'total') as breakdown_value,
    count(*) filter (where is_delivered) as numerator,
    count(*) as denominator
from needs
group by period_grain, period_start, territory_code, rollup (service_code);

insert into by_hand.counts
with delivered as (
    select distinct
        period_start,
        municipality_code,
        service_code
    from by_hand.fct_service_delivery
    where quantity > 0
),

offered as (
    select distinct
        periods.period_grain,
        periods.period_start,
        delivered.municipality_code,
        delivered.service_code
    from delivered
    inner join by_hand.periods
        on
            delivered.period_start <= periods.period_end
            and delivered.period_start > periods.period_end - interval '12 months'
    inner join reference.service_basket as basket
        on
            delivered.service_code = basket.service_code
            and basket.valid_from <= periods.period_end
            and (basket.valid_to is null or basket.valid_to > periods.period_end)
),

baskets as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as services
    from by_hand.periods
    inner join reference.service_basket as basket
        on
            basket.valid_from <= periods.period_end
            and (basket.valid_to is null or basket.valid_to > periods.period_end)
    group by periods.period_grain, periods.period_start
)

select
    'S06' as indicator_code,
    'main' as measure,
    baskets.period_grain,
    baskets.period_start,
    territories.territory_code,
    'total' as breakdown,
    'total' as breakdown_value,
    count(offered.service_code) as numerator,
    baskets.services * count(distinct territories.municipality_code) as denominator
from baskets
cross join by_hand.territories
left join offered using (period_grain, period_start, municipality_code)
group by baskets.period_grain, baskets.period_start, baskets.services, territories.territory_code;

insert into by_hand.counts
with counted as (
    select
        grains.period_grain,
        grains.period_start::date as period_start,
        territories.territory_code,
        groups.breakdown,
        groups.breakdown_value,
        sum(offences.persons) filter (where offences.age >= 14) as offenders,
        sum(offences.acts) filter (where offences.age >= 14) as acts,
        sum(offences.persons) filter (where offences.age < 14) as under_14
    from by_hand.fct_offences as offences
    inner join by_hand.territories using (municipality_code)
    cross join lateral (
        values
        ('quarter', date_trunc('quarter', offences.period_start)),
        ('year', date_trunc('year', offences.period_start))
    ) as grains (period_grain, period_start)
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', offences.sex),
        ('age', offences.age::text)
    ) as groups (breakdown, breakdown_value)
    where offences.offence_group = 'VISO'
    group by
        grains.period_grain, grains.period_start, territories.territory_code,
        groups.breakdown, groups.breakdown_value
)

select
    'S07' as indicator_code,
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
    ('main', counted.offenders),
    ('acts', counted.acts),
    ('under_14', counted.under_14)
) as measures (measure, numerator);

insert into by_hand.counts
with counted as (
    select
        date_trunc('year', addiction.period_start)::date as period_start,
        territories.territory_code,
        groups.breakdown,
        groups.breakdown_value,
        sum(addiction.persons) as persons,
        sum(addiction.new_persons) as new_persons
    from by_hand.fct_addiction as addiction
    inner join by_hand.territories using (municipality_code)
    cross join lateral (
        values
        ('total', 'total'),
        ('sex', addiction.sex),
        ('age_band', addiction.age_band)
    ) as groups (breakdown, breakdown_value)
    group by addiction.period_start, territories.territory_code, groups.breakdown, groups.breakdown_value
)

select
    'S08' as indicator_code,
    measures.measure,
    'year' as period_grain,
    counted.period_start,
    counted.territory_code,
    counted.breakdown,
    counted.breakdown_value,
    measures.numerator,
    null as denominator
from counted
cross join lateral (
    values
    ('main', counted.persons),
    ('new', counted.new_persons)
) as measures (measure, numerator);

insert into by_hand.counts
with absent as (
    select
        period_start,
        municipality_code,
        child_id
    from by_hand.fct_school_absence
    where
        lessons_missed_unexcused * 100 > lessons_total * 50
        and by_hand.age(birth_month, period_end) between 7 and 15
)

select
    'S10' as indicator_code,
    'main' as measure,
    grains.period_grain,
    grains.period_start::date as period_start,
    territories.territory_code,
    'total' as breakdown,
    'total' as breakdown_value,
    count(distinct absent.child_id) as numerator,
    null as denominator
from absent
inner join by_hand.territories using (municipality_code)
cross join lateral (
    values
    ('month', date_trunc('month', absent.period_start)),
    ('quarter', date_trunc('quarter', absent.period_start)),
    ('year', date_trunc('year', absent.period_start))
) as grains (period_grain, period_start)
group by grains.period_grain, grains.period_start, territories.territory_code;

insert into by_hand.counts
with counted as (
    select
        date_trunc('year', children.period_end)::date as period_start,
        territories.territory_code,
        count(distinct children.child_id) filter (where children.reason <> 'ISVYKO') as not_in_education,
        count(distinct children.child_id) as not_in_education_all
    from by_hand.fct_out_of_education as children
    inner join by_hand.territories using (municipality_code)
    where by_hand.age(children.birth_month, date_trunc('year', children.period_end)::date) between 7 and 17
    group by date_trunc('year', children.period_end), territories.territory_code
)

select
    'S10' as indicator_code,
    measures.measure,
    'year' as period_grain,
    counted.period_start,
    counted.territory_code,
    'total' as breakdown,
    'total' as breakdown_value,
    measures.numerator,
    null as denominator
from counted
cross join lateral (
    values
    ('not_in_education', counted.not_in_education),
    ('not_in_education_all', counted.not_in_education_all)
) as measures (measure, numerator);

insert into by_hand.counts
with latest as (
    select distinct on (provider_code, record_number)
        municipality_code,
        record_type = 'UZKLAUSA' as is_request,
        case record_type when 'UZKLAUSA' then due_on else dated_on end as day,
        case record_type when 'UZKLAUSA' then answered_on <= due_on else took_part >= invited end as is_good
    from by_hand.fct_cooperation
    order by provider_code asc, record_number asc, period_start desc
)

select
    'P05' as indicator_code,
    measures.measure,
    grains.period_grain,
    grains.period_start::date as period_start,
    territories.territory_code,
    'total' as breakdown,
    'total' as breakdown_value,
    count(*) filter (where latest.is_good) as numerator,
    count(*) as denominator
from latest
inner join by_hand.territories using (municipality_code)
cross join lateral (
    values
    ('quarter', date_trunc('quarter', latest.day)),
    ('year', date_trunc('year', latest.day))
) as grains (period_grain, period_start)
cross join lateral (
    values
    ('main', true),
    ('requests', latest.is_request),
    ('meetings', not latest.is_request)
) as measures (measure, counts)
where measures.counts
group by measures.measure, grains.period_grain, grains.period_start, territories.territory_code;

insert into by_hand.counts
with counted as (
    select
        grains.period_grain,
        grains.period_start::date as period_start,
        territories.territory_code,
        groups.breakdown,
        groups.breakdown_value,
        count(*) as answers,
        count(*) filter (where feedback.score >= 4) as satisfied,
        sum(feedback.score) as score
    from by_hand.fct_feedback as feedback
    inner join by_hand.territories using (municipality_code)
    cross join lateral (
        values
        ('half_year', feedback.period_start::timestamp),
        ('year', date_trunc('year', feedback.period_start::timestamp))
    ) as grains (period_grain, period_start)
    cross join lateral (
        values
        ('total', 'total'),
        ('respondent', case feedback.respondent when 'VAIKAS' then 'child' else 'parent' end),
        ('question', feedback.question::text)
    ) as groups (breakdown, breakdown_value)
    where feedback.score <> 9
    group by
        grains.period_grain, grains.period_start, territories.territory_code,
        groups.breakdown, groups.breakdown_value
)

select
    'P10' as indicator_code,
    measures.measure,
    counted.period_grain,
    counted.period_start,
    counted.territory_code,
    counted.breakdown,
    counted.breakdown_value,
    measures.numerator,
    counted.answers as denominator
from counted
cross join lateral (
    values
    ('main', counted.satisfied),
    ('mean_score', counted.score)
) as measures (measure, numerator);

insert into by_hand.counts
with due as (
    select
        due_on,
        municipality_code,
        count(*) as slices,
        count(*) filter (where was_automated) as automated,
        count(*) filter (where has_arrived) as arrived,
        count(*) filter (where was_readable) as readable,
        count(*) filter (where was_accepted) as accepted,
        count(*) filter (where was_on_time) as on_time,
        count(*) filter (where was_automatic) as automatic
    from by_hand.fct_obligation
    where is_expected
    group by due_on, municipality_code
),

in_territories as (
    select
        territories.territory_code,
        due.*
    from due
    inner join by_hand.territories using (municipality_code)
    union all
    select
        territories.territory_code,
        due.*
    from due
    cross join (select distinct territory_code from by_hand.territories) as territories
    where due.municipality_code is null
)

select
    'P11' as indicator_code,
    measures.measure,
    grains.period_grain,
    grains.period_start::date as period_start,
    in_territories.territory_code,
    'total' as breakdown,
    'total' as breakdown_value,
    sum(measures.numerator) as numerator,
    sum(in_territories.slices) as denominator
from in_territories
cross join lateral (
    values
    ('month', date_trunc('month', in_territories.due_on)),
    ('quarter', date_trunc('quarter', in_territories.due_on)),
    ('year', date_trunc('year', in_territories.due_on))
) as grains (period_grain, period_start)
cross join lateral (
    values
    ('main', in_territories.automated),
    ('arrived', in_territories.arrived),
    ('readable', in_territories.readable),
    ('accepted', in_territories.accepted),
    ('on_time', in_territories.on_time),
    ('automatic', in_territories.automatic)
) as measures (measure, numerator)
group by measures.measure, grains.period_grain, grains.period_start, in_territories.territory_code;
