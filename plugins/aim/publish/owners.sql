-- Who owns what, where it is somebody else: making, dropping and analysing a table is its owner's right alone. What
-- migrations made in core and marts stays the warehouse user's, so that what was published outlives a build gone wrong.
with relations as (
    select
        pg_class.oid,
        pg_class.relname,
        pg_class.relkind,
        pg_class.relowner,
        pg_class.relnamespace::regnamespace::text as schema_name,
        pg_class.relnamespace::regnamespace::text || '.' || pg_class.relname as full_name
    from pg_class
    where pg_class.relkind in ('r', 'p', 'v')
),

owned as (
    select
        relations.*,
        case
            when schema_name in ('reference', 'intermediate') then 'aim_transformer'
            when schema_name = 'staging' and relkind = 'v' then 'aim_transformer'
            when schema_name in ('core', 'marts') and full_name <> all(%(migrated)s) then 'aim_transformer'
            when schema_name in ('staging', 'quality') then 'aim_loader'
            when full_name = 'ops.run_slices' then 'aim_loader'
        end as owner
    from relations
)

select
    schema_name,
    relname,
    owner
from owned
where owner is not null and pg_get_userbyid(relowner) <> owner
order by schema_name, relname
