-- The place (from 0) and key of each child asked for that is known; nothing is written.
select
    places.place,
    child_key.vaiko_id::text as vaiko_id
from generate_series(0, %(count)s - 1) as places (place)
inner join identity.child_key as child_key
    on
        child_key.key_version = %(version)s
        and child_key.code_hmac = substr(%(hmacs)s::bytea, places.place * %(bytes)s + 1, %(bytes)s)
