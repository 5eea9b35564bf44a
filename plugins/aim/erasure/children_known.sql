-- The keys of a child, under whatever version of the secret it is known.
select distinct child.vaiko_id::text as vaiko_id
from identity.child_key as child
where child.code_hmac = any(%(digests)s)
