-- Measures of help plans after a later night; where a case's child has moved, they move with it.
delete from by_hand.fct_plan_measure
where load_id in (select load_id from by_hand.gone);

insert into by_hand.fct_plan_measure
select
    measures.*,
    null as municipality_code
from by_hand.new_plan_measure as measures;

update by_hand.fct_plan_measure as measures
set municipality_code = places.municipality_code
from by_hand.case_places as places
where
    measures.provider_code = places.provider_code
    and measures.case_number = places.case_number
    and measures.due_on >= places.speaks_from
    and measures.due_on < places.speaks_until
    and measures.municipality_code is distinct from places.municipality_code;
analyze by_hand.fct_plan_measure;
