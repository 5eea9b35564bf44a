-- Municipal logins that hold a right of their own: they get theirs from aim_municipality alone.
select rolname
from pg_roles
where
    rolname = any(%(municipal_logins)s)
    and oid in (
        select (aclexplode(nspacl)).grantee
        from pg_namespace
        union all
        select (aclexplode(relacl)).grantee
        from pg_class
        union all
        select (aclexplode(attacl)).grantee
        from pg_attribute
        union all
        select (aclexplode(proacl)).grantee
        from pg_proc
    )
order by rolname
