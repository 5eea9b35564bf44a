-- Tables and views that are there, of those named.
select
    relnamespace::regnamespace::text as schema_name,
    relname
from pg_class
where
    relkind in ('r', 'p', 'v')
    and relnamespace::regnamespace::text || '.' || relname like any(%(names)s)
order by schema_name, relname
