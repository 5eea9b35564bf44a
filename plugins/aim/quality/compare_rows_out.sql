with found_then as (
    select distinct
        delivery_id,
        row_number
    from quality.row_issues
    where out and delivery_id = any(%(delivery_ids)s)
),

found_now as (
    select distinct
        delivery_id,
        row_number
    from pg_temp.rehearsed
    where out
)

select
    count(*) filter (where found_now.delivery_id is null) as rows_newly_out,
    count(*) filter (where found_then.delivery_id is null) as rows_newly_in
from found_then
full join found_now using (delivery_id, row_number)
