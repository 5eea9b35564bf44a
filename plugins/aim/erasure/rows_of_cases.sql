-- Delivery and numbers of the rows about these cases.
select
    landed.delivery_id,
    array_agg(landed.row_number) as row_numbers
from {staging} as landed
inner join unnest(%(providers)s::text[], %(cases)s::text[]) as sought (provider_code, case_number)
    on
        landed.provider_code = sought.provider_code
        and landed.atvejo_nr = sought.case_number
group by landed.delivery_id
