-- Municipal logins that hold a right of their own: they get theirs from aim_municipality alone.
select rolname
from pg_roles
where
    rolname = any(%(municipal_logins)s)
    and oid in (
        select (aclexplode(pg_namespace.nspacl)).grantee
        from pg_namespace
        union all
        select (aclexplode(pg_class.relacl)).grantee
        from pg_class
        union all
        select (aclexplode(pg_attribute.attacl)).grantee
        from pg_attribute
        union all
        select (aclexplode(pg_proc.proacl)).grantee
        from pg_proc
    )
order by rolname
