-- Measures of help plans, each where its case's child lives on the day it is due.
create table by_hand.fct_plan_measure as
select
    measures.*,
    places.municipality_code
from by_hand.new_plan_measure as measures
left join by_hand.case_places as places
    on
        measures.provider_code = places.provider_code
        and measures.case_number = places.case_number
        and measures.due_on >= places.speaks_from
        and measures.due_on < places.speaks_until;
alter table by_hand.fct_plan_measure add primary key (load_id, row_number);
analyze by_hand.fct_plan_measure;
