-- Tables of core and the roles, beside the pipeline's, that a policy lets read some of their rows.
select distinct
    secured.relname,
    pg_get_userbyid(reader) as reader
from pg_policy
inner join pg_class as secured on pg_policy.polrelid = secured.oid
cross join unnest(pg_policy.polroles) as reader
where
    secured.relnamespace = 'core'::regnamespace
    and secured.relrowsecurity
    and secured.relforcerowsecurity
    and pg_get_userbyid(reader) in ('aim_municipality', 'aim_analyst', 'aim_mailer')
order by secured.relname, reader
