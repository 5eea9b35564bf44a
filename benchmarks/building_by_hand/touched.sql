-- A later night: which loads are gone, which are to be loaded; what is counted is counted anew.
do $$
declare
    derived text;
begin
    for derived in
        select tablename
        from pg_tables
        where
            schemaname = 'by_hand'
            and tablename not in ('slices', 'to_load', 'rows_out', 'counts')
            and (
                tablename !~ '^fct_'
                or tablename in ('fct_assessment', 'fct_delivery', 'fct_obligation', 'fct_check_result')
            )
    loop
        execute format('drop table by_hand.%I', derived);
    end loop;
end
$$;
truncate by_hand.counts;

create table by_hand.night as
select
    run_id,
    clock_date
from ops.runs
where run_id = current_setting('by_hand.run_id')::bigint;

create table by_hand.gone as
select load_id
from by_hand.slices
except
select slices.load_id
from ops.run_slices as slices
inner join by_hand.night using (run_id);

truncate by_hand.to_load;
insert into by_hand.to_load
select
    slices.delivery_id,
    slices.load_id,
    slices.municipality_code
from ops.run_slices as slices
inner join by_hand.night using (run_id)
where slices.load_id not in (select former.load_id from by_hand.slices as former);
analyze by_hand.to_load;

truncate by_hand.slices;
insert into by_hand.slices
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
analyze by_hand.slices;

delete from by_hand.rows_out
where delivery_id in (select delivery_id from by_hand.to_load);
insert into by_hand.rows_out
select distinct
    issues.delivery_id,
    issues.row_number
from quality.row_issues as issues
inner join by_hand.to_load using (delivery_id)
where issues.out;
analyze by_hand.rows_out;
