-- Partitions of the staging tables with periods begun in the year of the day or earlier: the year is in their name.
select format('%%I.%%I', space.nspname, part.relname) as partition
from pg_catalog.pg_inherits as inherits
inner join pg_catalog.pg_class as part on inherits.inhrelid = part.oid
inner join pg_catalog.pg_namespace as space on part.relnamespace = space.oid
where
    space.nspname = 'staging'
    and part.relkind = 'r'
    and substring(part.relname from '_([0-9]{4})$')::integer <= (select %(year)s::integer)
