-- Each child as the latest slice that names it does.
create table by_hand.dim_child as
with named as (
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_case
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_risk_family
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_service_delivery
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_social_risk_status
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_violence_event
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_care_episode
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_school_absence
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_out_of_education
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_special_needs
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_disability
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
    union all
    select
        child_id,
        birth_month,
        sex,
        has_temporary_code,
        max(period_start) as period_start
    from by_hand.fct_activity_attendance
    where child_id is not null
    group by child_id, birth_month, sex, has_temporary_code
)

select distinct on (child_id)
    child_id,
    birth_month,
    sex,
    has_temporary_code
from named
order by child_id asc, period_start desc;
alter table by_hand.dim_child add primary key (child_id);
analyze by_hand.dim_child;
