-- The slices of the night, the rows taken out, and what each fact is made of. The night is the setting by_hand.run_id.
drop schema if exists by_hand cascade;
create schema by_hand;

create table by_hand.night as
select
    run_id,
    clock_date
from ops.runs
where run_id = current_setting('by_hand.run_id')::bigint;

create table by_hand.slices as
select
    slices.provider_code,
    slices.dataset,
    slices.period,
    slices.period_start,
    slices.period_end,
    slices.municipality_code,
    slices.delivery_id,
    slices.load_id
from ops.run_slices as slices
inner join by_hand.night using (run_id);
alter table by_hand.slices add primary key (delivery_id);
analyze by_hand.slices;

-- What is still to be loaded: everything here, the new slices alone in a later night.
create table by_hand.to_load as
select
    delivery_id,
    load_id,
    municipality_code
from by_hand.slices;
alter table by_hand.to_load add primary key (delivery_id);
analyze by_hand.to_load;

create unlogged table by_hand.rows_out as
select distinct
    delivery_id,
    row_number
from quality.row_issues
where out;
alter table by_hand.rows_out add primary key (delivery_id, row_number);
analyze by_hand.rows_out;

create function by_hand.age(birth_month date, day date) returns integer language sql immutable as $$
select floor(
    (
        (date_part('year', day) - date_part('year', birth_month)) * 12
        + date_part('month', day) - date_part('month', birth_month)
    ) / 12
)::integer
$$;

create function by_hand.age_band(age integer) returns text language sql immutable as $$
select case
    when age between 0 and 3 then '0-3'
    when age between 4 and 6 then '4-6'
    when age between 7 and 9 then '7-9'
    when age between 10 and 14 then '10-14'
    when age between 15 and 17 then '15-17'
end
$$;

create function by_hand.sex(letter text) returns text language sql immutable as $$
select case letter when 'V' then 'male' when 'M' then 'female' end
$$;

-- What was counted, of every indicator.
create unlogged table by_hand.counts (
    indicator_code text,
    measure text,
    period_grain text,
    period_start date,
    territory_code text,
    breakdown text,
    breakdown_value text,
    numerator numeric,
    denominator numeric
);
