-- The rows kept are fewer by these.
update quality.code_counts as counted
set rows_kept = counted.rows_kept - gone.rows_kept
from (
    select
        coded.field,
        coded.code,
        count(*) as rows_kept
    from {staging} as landed
    cross join lateral (values {codes}) as coded (field, code)
    where
        landed.delivery_id = %(delivery_id)s
        and landed.row_number in (select unnest(%(row_numbers)s::integer[]))
        and coded.code is not null
    group by coded.field, coded.code
) as gone
where
    counted.delivery_id = %(delivery_id)s
    and counted.field = gone.field
    and counted.code = gone.code
