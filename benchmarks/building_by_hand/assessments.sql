-- Each assessment whole, as the latest slice that holds it has it; valid with at most 30 % of the 28 items unanswered.
create table by_hand.fct_assessment as
with of_slices as (
    select
        provider_code,
        assessment_number,
        load_id,
        period,
        period_start,
        max(case_number) as case_number,
        max(assessed_on) as assessed_on,
        count(*) filter (where level <> 9) as items_answered,
        max(level) filter (where level <> 9) as highest_level,
        max(stated_overall_level) as stated_overall_level
    from by_hand.fct_assessment_answer
    group by provider_code, assessment_number, load_id, period, period_start
),

latest as (
    select distinct on (provider_code, assessment_number) *
    from of_slices
    order by provider_code asc, assessment_number asc, period_start desc
)

select
    latest.provider_code,
    latest.assessment_number,
    latest.case_number,
    places.municipality_code,
    latest.period,
    latest.load_id,
    latest.assessed_on,
    latest.items_answered,
    latest.highest_level,
    latest.stated_overall_level,
    coalesce(latest.stated_overall_level, latest.highest_level) as overall_level,
    (28 - latest.items_answered) * 100 <= 28 * 30 as is_valid
from latest
left join by_hand.case_places as places
    on
        latest.provider_code = places.provider_code
        and latest.case_number = places.case_number
        and latest.assessed_on >= places.speaks_from
        and latest.assessed_on < places.speaks_until;
alter table by_hand.fct_assessment add primary key (provider_code, assessment_number);
analyze by_hand.fct_assessment;
