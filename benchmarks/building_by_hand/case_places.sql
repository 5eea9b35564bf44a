-- Whose child and which municipality is behind a case on a day: the case's row in the slice holding it, else the latest
-- earlier one, else the earliest later one.
create unlogged table by_hand.case_places as
select
    provider_code,
    case_number,
    child_id,
    birth_month,
    sex,
    municipality_code,
    opened_on,
    closed_on,
    case
        when row_number() over by_slice = 1 then '-infinity'::date
        else period_start
    end as speaks_from,
    lead(period_start, 1, 'infinity'::date) over by_slice as speaks_until
from by_hand.fct_case
window by_slice as (partition by provider_code, case_number order by period_start);
analyze by_hand.case_places;
