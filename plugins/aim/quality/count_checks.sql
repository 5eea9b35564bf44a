select
    delivery_id,
    count(*) as rows_judged,
    array[{checked}] as numbers_checked,
    array[{failed}] as numbers_failed
from {judged}
group by delivery_id
