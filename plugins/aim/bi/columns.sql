-- One row per column of a table or view, in order.
select
    attname as name,
    format_type(atttypid, null) as type,
    col_description(attrelid, attnum) as comment
from pg_attribute
where
    attrelid = to_regclass(%(relation)s)
    and attnum > 0
    and not attisdropped
order by attnum
