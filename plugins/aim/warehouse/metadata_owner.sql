-- What lies in Airflow's own database and belongs to another than its user, as statements that change it.
select format('alter table public.%I owner to aim_airflow', relname) as statement
from pg_class
where
    relnamespace = 'public'::regnamespace
    and relkind in ('r', 'p', 'v', 'm')
    and pg_get_userbyid(relowner) <> 'aim_airflow'
union all
select format('alter sequence public.%I owner to aim_airflow', relname)
from pg_class
where
    relnamespace = 'public'::regnamespace
    and relkind = 'S'
    and pg_get_userbyid(relowner) <> 'aim_airflow'
    -- That of a column goes with its table.
    and not exists (
        select from pg_depend
        where pg_depend.objid = pg_class.oid and pg_depend.deptype in ('a', 'i')
    )
union all
select format('alter type public.%I owner to aim_airflow', typname)
from pg_type
where
    typnamespace = 'public'::regnamespace
    and typtype = 'e'
    and pg_get_userbyid(typowner) <> 'aim_airflow'
