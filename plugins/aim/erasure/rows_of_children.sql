-- Delivery and numbers of the rows whose child this is.
select
    landed.delivery_id,
    array_agg(landed.row_number) as row_numbers
from {staging} as landed
where landed.vaiko_id = any(%(children)s::uuid[])
group by landed.delivery_id
