-- The partitioned tables that these are partitions of.
with touched as (
    select name
    from unnest(%(tables)s::text[]) as tables (name)
)

select distinct format('%%I.%%I', space.nspname, root.relname) as root
from touched
inner join pg_catalog.pg_class as root on pg_partition_root(to_regclass(touched.name)) = root.oid
inner join pg_catalog.pg_namespace as space on root.relnamespace = space.oid
where root.relkind = 'p'
