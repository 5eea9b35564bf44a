-- One row per column of a table or view, in order.
select
    attributes.attname as name,
    format_type(attributes.atttypid, null) as type,
    col_description(attributes.attrelid, attributes.attnum) as comment
from pg_attribute as attributes
inner join pg_class as tables on attributes.attrelid = tables.oid
inner join pg_namespace as schemas on tables.relnamespace = schemas.oid
where
    schemas.nspname = %(schema)s
    and tables.relname = %(table)s
    and attributes.attnum > 0
    and not attributes.attisdropped
order by attributes.attnum
