update {staging} as landed
set _duplicate = false
where
    landed._duplicate
    and landed.period_start between {first} and {last}
    and landed.delivery_id in (select batch.delivery_id from quality.batch as batch)
    and not exists (
        select from quality.repeated_keys as repeated
        where
            repeated.is_duplicate
            and landed.delivery_id = repeated.delivery_id
            and landed.row_number = repeated.row_number
    )
