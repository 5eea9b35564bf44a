-- Of these rows of a delivery those that are there: how they counted, and what each was like when a reason was given.
select
    landed.row_number,
    landed._duplicate as is_duplicate,
    landed.row_number in (
        select issue.row_number
        from quality.row_issues as issue
        where
            issue.out
            and issue.delivery_id = %(delivery_id)s
    ) as is_out,
    hash_record_extended(row({landed_content}), 0) as row_hash
from {staging} as landed
where
    landed.delivery_id = %(delivery_id)s
    and landed.row_number = any(%(row_numbers)s)
