-- The key as one number first: few rows repeat theirs, and only those are then compared cell by cell.
insert into quality.repeated_keys (delivery_id, row_number, is_duplicate)
with
hashed as (
    select hash_record_extended(row(delivery_id, {key}), 0) as key_hash
    from {landed_rows}
    where {key_is_whole}
),

suspects as (
    select *
    from {landed_rows}
    where
        {key_is_whole}
        and hash_record_extended(row(delivery_id, {key}), 0) in (
            select hashed.key_hash
            from hashed
            group by hashed.key_hash
            having count(*) > 1
        )
),

compared as (
    select
        delivery_id,
        row_number,
        -- A row with a cell that cannot be read is like no other: what stood in the cell is not known.
        cardinality(_unreadable) = 0
        and row_number() over (partition by delivery_id, _unreadable, {content} order by row_number) > 1
            as is_duplicate,
        {key}
    from suspects
),

counted as (
    select
        delivery_id,
        row_number,
        is_duplicate,
        count(*) filter (where not is_duplicate) over (partition by delivery_id, {key}) as different
    from compared
)

select
    delivery_id,
    row_number,
    is_duplicate
from counted
where is_duplicate or different > 1
