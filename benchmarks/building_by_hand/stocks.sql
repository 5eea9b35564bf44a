-- What was so on a day: S01, S04, S05, S09, S11. A day is read from the slices that end on it.
-- The latest valid assessment of a case speaks from its day to the next one's.
create unlogged table by_hand.speaking_assessments as
select
    assessments.provider_code,
    assessments.case_number,
    assessments.assessment_number,
    assessments.load_id,
    assessments.overall_level,
    assessments.items_answered,
    assessments.assessed_on,
    lead(assessments.assessed_on, 1, 'infinity'::date) over (
        partition by assessments.provider_code, assessments.case_number
        order by assessments.assessed_on, assessments.assessment_number collate "C"
    ) as speaks_until
from by_hand.fct_assessment as assessments
where assessments.is_valid;

create unlogged table by_hand.answers_counted as
select
    answers.provider_code,
    answers.assessment_number,
    answers.item,
    items.domain,
    (answers.level >= 3)::integer as is_severe
from by_hand.fct_assessment_answer as answers
inner join by_hand.speaking_assessments as assessments
    on
        answers.provider_code = assessments.provider_code
        and answers.assessment_number = assessments.assessment_number
        and answers.load_id = assessments.load_id
inner join reference.instrument_items as items using (item)
where
    answers.level <> 9
    and assessments.assessed_on < assessments.speaks_until;
analyze by_hand.answers_counted;

create unlogged table by_hand.assessed as
select
    assessments.provider_code,
    assessments.case_number,
    assessments.assessment_number,
    assessments.overall_level,
    assessments.items_answered,
    coalesce(severe.severe, 0) as severe,
    assessments.assessed_on,
    assessments.speaks_until
from by_hand.speaking_assessments as assessments
left join (
    select
        provider_code,
        assessment_number,
        sum(is_severe) as severe
    from by_hand.answers_counted
    group by provider_code, assessment_number
) as severe using (provider_code, assessment_number)
where assessments.assessed_on < assessments.speaks_until;
analyze by_hand.assessed;

-- Children on a register on a day, with what they are broken down by; a child counts once in each territory, by its
-- first row there: of cases an assessed one, of guardianships the latest begun.
create unlogged table by_hand.on_registers as
with on_day as (
    select
        'S01' as register,
        period_end as day,
        provider_code,
        family_number,
        child_id,
        birth_month,
        sex,
        municipality_code,
        null as own_value,
        null::text as assessment_number,
        null::smallint as overall_level,
        null::bigint as answers,
        null::bigint as severe,
        entered_on as since
    from by_hand.fct_risk_family
    where
        entered_on <= period_end
        and (struck_off_on is null or struck_off_on > period_end)
        and period_end < date '2018-07-01'
    union all
    select
        'S09' as register,
        cases.period_end as day,
        cases.provider_code,
        cases.family_number,
        cases.child_id,
        cases.birth_month,
        cases.sex,
        cases.municipality_code,
        null as own_value,
        assessed.assessment_number,
        assessed.overall_level,
        assessed.items_answered as answers,
        assessed.severe,
        cases.opened_on as since
    from by_hand.fct_case as cases
    left join by_hand.assessed
        on
            cases.provider_code = assessed.provider_code
            and cases.case_number = assessed.case_number
            and cases.period_end >= assessed.assessed_on
            and cases.period_end < assessed.speaks_until
    where
        cases.opened_on <= cases.period_end
        and (cases.closed_on is null or cases.closed_on > cases.period_end)
    union all
    select
        'S04' as register,
        period_end as day,
        provider_code,
        null as family_number,
        child_id,
        birth_month,
        sex,
        municipality_code,
        place as own_value,
        null as assessment_number,
        null as overall_level,
        null as answers,
        null as severe,
        begun_on as since
    from by_hand.fct_care_episode
    where
        begun_on <= period_end
        and (ended_on is null or ended_on > period_end)
        and ground <> 'TEVU_PRASYMU'
    union all
    select
        'S05' as register,
        period_end as day,
        provider_code,
        null as family_number,
        child_id,
        birth_month,
        sex,
        municipality_code,
        reason as own_value,
        null as assessment_number,
        null as overall_level,
        null as answers,
        null as severe,
        status_from as since
    from by_hand.fct_social_risk_status
    where
        status_from <= period_end
        and (status_to is null or status_to > period_end)
)

select
    on_day.*,
    municipalities.county_code,
    by_hand.age_band(by_hand.age(on_day.birth_month, on_day.day)) as age_band,
    case when disability.child_id is null then 'no' else 'yes' end as disability,
    case when sen.child_id is null then 'no' else 'yes' end as sen,
    row_number() over (
        partition by on_day.register, on_day.day, on_day.child_id
        order by on_day.answers is null, on_day.since desc
    ) = 1 as is_first_in_nation,
    row_number() over (
        partition by on_day.register, on_day.day, on_day.child_id, municipalities.county_code
        order by on_day.answers is null, on_day.since desc
    ) = 1 as is_first_in_county,
    row_number() over (
        partition by on_day.register, on_day.day, on_day.child_id, on_day.municipality_code
        order by on_day.answers is null, on_day.since desc
    ) = 1 as is_first_in_municipality
from on_day
inner join by_hand.municipalities using (municipality_code)
left join by_hand.decisions as disability
    on
        disability.kind = 'disability'
        and on_day.child_id = disability.child_id
        and on_day.day >= disability.in_force_from
        and on_day.day < disability.in_force_until
left join by_hand.decisions as sen
    on
        sen.kind = 'sen'
        and on_day.child_id = sen.child_id
        and on_day.day >= sen.in_force_from
        and on_day.day < sen.in_force_until
where on_day.birth_month is null or by_hand.age(on_day.birth_month, on_day.day) between 0 and 17;
analyze by_hand.on_registers;

create unlogged table by_hand.register_counts as
with cells as (
    select
        register,
        day,
        county_code,
        municipality_code,
        sex,
        age_band,
        disability,
        sen,
        case register when 'S04' then own_value end as place,
        count(*) filter (where is_first_in_municipality) as children_m,
        count(*) filter (where is_first_in_county) as children_c,
        count(*) filter (where is_first_in_nation) as children_n,
        count(*) filter (where is_first_in_municipality and answers is not null) as assessed_m,
        count(*) filter (where is_first_in_county and answers is not null) as assessed_c,
        count(*) filter (where is_first_in_nation and answers is not null) as assessed_n,
        count(*) as cases,
        count(answers) as cases_assessed,
        count(*) filter (where overall_level = 1) as level_1,
        count(*) filter (where overall_level = 2) as level_2,
        count(*) filter (where overall_level = 3) as level_3,
        count(*) filter (where overall_level = 4) as level_4,
        sum(severe) as severe,
        sum(answers) as answers
    from by_hand.on_registers
    group by register, day, county_code, municipality_code, sex, age_band, disability, sen, place
)

select
    cells.register,
    cells.day,
    coalesce(cells.municipality_code, cells.county_code, '00') as territory_code,
    groups.breakdown,
    groups.breakdown_value,
    case
        when cells.municipality_code is not null then sum(cells.children_m)
        when cells.county_code is not null then sum(cells.children_c)
        else sum(cells.children_n)
    end as children,
    case
        when cells.municipality_code is not null then sum(cells.assessed_m)
        when cells.county_code is not null then sum(cells.assessed_c)
        else sum(cells.assessed_n)
    end as children_assessed,
    sum(cells.cases) as cases,
    sum(cells.cases_assessed) as cases_assessed,
    sum(cells.level_1) as level_1,
    sum(cells.level_2) as level_2,
    sum(cells.level_3) as level_3,
    sum(cells.level_4) as level_4,
    sum(cells.severe) as severe,
    sum(cells.answers) as answers
from cells
cross join lateral (
    values
    ('total', 'total'),
    ('sex', cells.sex),
    ('age_band', cells.age_band),
    ('disability', cells.disability),
    ('sen', cells.sen),
    ('place', cells.place)
) as groups (breakdown, breakdown_value)
where groups.breakdown_value is not null
group by
    cells.register, cells.day, groups.breakdown, groups.breakdown_value,
    rollup (cells.county_code, cells.municipality_code);

-- By day, for every grain whose periods end on it.
insert into by_hand.counts
with measures as (
    select
        counted.indicator_code,
        counted.measure,
        counts.day,
        counts.territory_code,
        counts.breakdown,
        counts.breakdown_value,
        counted.numerator,
        counted.denominator
    from by_hand.register_counts as counts
    cross join lateral (
        values
        ('S01', 'S01', 'main', counts.children, null),
        ('S04', 'S04', 'main', counts.children, null),
        ('S05', 'S05', 'main', counts.children, null),
        ('S09', 'S09', 'level_1', counts.level_1, counts.cases_assessed),
        ('S09', 'S09', 'level_2', counts.level_2, counts.cases_assessed),
        ('S09', 'S09', 'level_3', counts.level_3, counts.cases_assessed),
        ('S09', 'S09', 'level_4', counts.level_4, counts.cases_assessed),
        ('S09', 'S09', 'main', counts.level_3 + counts.level_4, counts.cases_assessed),
        ('S09', 'S09', 'not_assessed', counts.cases - counts.cases_assessed, counts.cases),
        ('S09', 'S11', 'main', coalesce(counts.severe, 0), coalesce(counts.answers, 0)),
        ('S09', 'S11', 'risks_per_child', coalesce(counts.severe, 0), counts.children_assessed)
    ) as counted (register, indicator_code, measure, numerator, denominator)
    where counted.register = counts.register
    union all
    select
        'S01' as indicator_code,
        'main' as measure,
        day,
        territory_code,
        breakdown,
        breakdown_value,
        children as numerator,
        null as denominator
    from by_hand.register_counts
    where
        register = 'S09'
        and day >= date '2018-07-01'
    union all
    select
        'S05' as indicator_code,
        'main' as measure,
        day,
        coalesce(municipality_code, county_code, '00') as territory_code,
        'reason' as breakdown,
        own_value as breakdown_value,
        count(distinct child_id) as numerator,
        null as denominator
    from by_hand.on_registers
    where register = 'S05'
    group by day, own_value, rollup (county_code, municipality_code)
)

select
    measures.indicator_code,
    measures.measure,
    periods.period_grain,
    periods.period_start,
    measures.territory_code,
    measures.breakdown,
    measures.breakdown_value,
    measures.numerator,
    measures.denominator
from measures
inner join by_hand.periods on measures.day = periods.period_end
where periods.period_grain <> 'half_year';

-- S01's families: what children a family has, in each municipality, county and the nation.
insert into by_hand.counts
with in_municipalities as (
    select
        day,
        county_code,
        municipality_code,
        provider_code,
        family_number,
        bool_or(sex = 'male') as male,
        bool_or(sex = 'female') as female,
        bool_or(age_band = '0-3') as age_0,
        bool_or(age_band = '4-6') as age_4,
        bool_or(age_band = '7-9') as age_7,
        bool_or(age_band = '10-14') as age_10,
        bool_or(age_band = '15-17') as age_15,
        bool_or(disability = 'yes') as disabled,
        bool_or(disability = 'no') as not_disabled,
        bool_or(sen = 'yes') as special,
        bool_or(sen = 'no') as not_special
    from by_hand.on_registers
    where
        register = 'S01'
        or (register = 'S09' and day >= date '2018-07-01')
    group by day, county_code, municipality_code, provider_code, family_number
),

families as (
    select
        day,
        coalesce(municipality_code, county_code, '00') as territory_code,
        bool_or(male) as male,
        bool_or(female) as female,
        bool_or(age_0) as age_0,
        bool_or(age_4) as age_4,
        bool_or(age_7) as age_7,
        bool_or(age_10) as age_10,
        bool_or(age_15) as age_15,
        bool_or(disabled) as disabled,
        bool_or(not_disabled) as not_disabled,
        bool_or(special) as special,
        bool_or(not_special) as not_special
    from in_municipalities
    group by day, provider_code, family_number, rollup (county_code, municipality_code)
),

counted as (
    select
        day,
        territory_code,
        count(*) as families,
        count(*) filter (where male) as male,
        count(*) filter (where female) as female,
        count(*) filter (where age_0) as age_0,
        count(*) filter (where age_4) as age_4,
        count(*) filter (where age_7) as age_7,
        count(*) filter (where age_10) as age_10,
        count(*) filter (where age_15) as age_15,
        count(*) filter (where disabled) as disabled,
        count(*) filter (where not_disabled) as not_disabled,
        count(*) filter (where special) as special,
        count(*) filter (where not_special) as not_special
    from families
    group by day, territory_code
)

select
    'S01' as indicator_code,
    'families' as measure,
    periods.period_grain,
    periods.period_start,
    counted.territory_code,
    groups.breakdown,
    groups.breakdown_value,
    groups.families as numerator,
    null as denominator
from counted
inner join by_hand.periods on counted.day = periods.period_end
cross join lateral (
    values
    ('total', 'total', counted.families),
    ('sex', 'male', counted.male),
    ('sex', 'female', counted.female),
    ('age_band', '0-3', counted.age_0),
    ('age_band', '4-6', counted.age_4),
    ('age_band', '7-9', counted.age_7),
    ('age_band', '10-14', counted.age_10),
    ('age_band', '15-17', counted.age_15),
    ('disability', 'yes', counted.disabled),
    ('disability', 'no', counted.not_disabled),
    ('sen', 'yes', counted.special),
    ('sen', 'no', counted.not_special)
) as groups (breakdown, breakdown_value, families)
where periods.period_grain <> 'half_year';

-- S11 by item and domain; the children of `risks_per_child` stay those of the whole territory.
insert into by_hand.counts
with in_municipalities as (
    select
        cases.day,
        cases.county_code,
        cases.municipality_code,
        answers.domain,
        answers.item,
        sum(answers.is_severe) as severe,
        count(*) as answers
    from by_hand.on_registers as cases
    inner join by_hand.answers_counted as answers using (provider_code, assessment_number)
    where cases.register = 'S09'
    group by cases.day, cases.county_code, cases.municipality_code, answers.domain, answers.item
),

counted as (
    select
        in_municipalities.day,
        coalesce(in_municipalities.municipality_code, in_municipalities.county_code, '00') as territory_code,
        groups.breakdown,
        groups.breakdown_value,
        sum(in_municipalities.severe) as severe,
        sum(in_municipalities.answers) as answers
    from in_municipalities
    cross join lateral (
        values
        ('item', in_municipalities.item),
        ('domain', in_municipalities.domain)
    ) as groups (breakdown, breakdown_value)
    group by
        in_municipalities.day, groups.breakdown, groups.breakdown_value,
        rollup (in_municipalities.county_code, in_municipalities.municipality_code)
),

children as (
    select
        day,
        territory_code,
        children_assessed
    from by_hand.register_counts
    where
        register = 'S09'
        and breakdown = 'total'
),

parts as (
    select
        breakdowns.breakdown,
        breakdowns.breakdown_value
    from (
        select
            'item' as breakdown,
            item as breakdown_value
        from reference.instrument_items
        union
        select
            'domain' as breakdown,
            domain as breakdown_value
        from reference.instrument_items
    ) as breakdowns
)

select
    'S11' as indicator_code,
    measures.measure,
    periods.period_grain,
    periods.period_start,
    children.territory_code,
    parts.breakdown,
    parts.breakdown_value,
    measures.numerator,
    measures.denominator
from children
cross join parts
left join counted using (day, territory_code, breakdown, breakdown_value)
inner join by_hand.periods on children.day = periods.period_end
cross join lateral (
    values
    ('main', coalesce(counted.severe, 0), coalesce(counted.answers, 0)),
    ('risks_per_child', coalesce(counted.severe, 0), children.children_assessed)
) as measures (measure, numerator, denominator)
where periods.period_grain <> 'half_year';
