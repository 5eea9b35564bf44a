-- One row for a table (column_name null) and for each of its columns: the comment, null where there is none.
select
    columns.attname::text as column_name,
    case
        when columns.attname is null then obj_description(relations.oid, 'pg_class')
        else col_description(relations.oid, columns.attnum)
    end as said
from pg_class as relations
inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
left join lateral (
    select
        attname,
        attnum
    from pg_attribute
    where
        attrelid = relations.oid
        and attnum > 0
        and not attisdropped
    union all
    select
        null as attname,
        0 as attnum
) as columns on true
where
    schemas.nspname = %(schema_name)s
    and relations.relname = %(table_name)s
