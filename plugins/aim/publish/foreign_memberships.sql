-- What a login of ours was made a member of, beside what it belongs to.
with memberships as (
    select
        members.rolname as login,
        belonged.rolname as belongs_to
    from pg_auth_members
    inner join pg_roles as members on pg_auth_members.member = members.oid
    inner join pg_roles as belonged on pg_auth_members.roleid = belonged.oid
)

select
    login,
    belongs_to
from memberships
where
    login = any(%(logins)s)
    and not (belongs_to = 'aim_municipality' and login = any(%(municipal_logins)s))
order by login, belongs_to
