delete from {staging} as landed
where
    landed.delivery_id = %(delivery_id)s
    and landed.row_number = any(%(row_numbers)s)
returning landed.tableoid::regclass::text as partition
