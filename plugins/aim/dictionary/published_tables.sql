-- One row per column of every table and view of a schema, in order: its type, whether it may be empty, its place in
-- the key, and the comments of table and column. Key: the primary key, else the unique index of what is current.
select
    relations.relname::text as table_name,
    relations.relkind = 'v' as is_view,
    obj_description(relations.oid, 'pg_class') as table_comment,
    columns.attname::text as column_name,
    columns.atttypid::regtype::text as column_type,
    columns.attnotnull as is_required,
    array_position(keys.columns, columns.attnum) as place_in_key,
    col_description(relations.oid, columns.attnum) as column_comment
from pg_class as relations
inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
inner join pg_attribute as columns
    on
        relations.oid = columns.attrelid
        and columns.attnum > 0
        and not columns.attisdropped
left join lateral (
    select string_to_array(indexes.indkey::text, ' ')::smallint[] as columns
    from pg_index as indexes
    where
        indexes.indrelid = relations.oid
        and indexes.indisunique
    order by
        not indexes.indisprimary,
        indexes.indexrelid
    limit 1
) as keys on true
where
    schemas.nspname = %(schema_name)s
    and relations.relkind in ('r', 'v')
order by relations.relname, columns.attnum
