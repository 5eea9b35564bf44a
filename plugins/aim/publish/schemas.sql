-- The schemas whose rights are ours to give.
select nspname
from pg_namespace
where
    nspname !~ '^pg_'
    and nspname <> 'information_schema'
    and pg_has_role(nspowner, 'usage')
order by nspname
