-- The place (from 0) and key of each child asked for; those not known yet are given one.
-- A child that another loader makes known in this moment is missing from the answer: ask again.
with asked as (
    select
        place,
        %(version)s::integer as key_version,
        substr(%(hmacs)s::bytea, place * %(bytes)s + 1, %(bytes)s) as code_hmac
    from generate_series(0, %(count)s - 1) as places (place)
),

known as (
    -- A subquery for each, not a join: before its first ANALYZE the table would be read whole for a handful.
    select
        asked.place,
        asked.key_version,
        asked.code_hmac,
        (
            select child_key.vaiko_id
            from identity.child_key as child_key
            where child_key.key_version = asked.key_version and child_key.code_hmac = asked.code_hmac
        ) as vaiko_id
    from asked
),

made as (
    insert into identity.child_key (key_version, code_hmac, vaiko_id)
    select
        known.key_version,
        known.code_hmac,
        gen_random_uuid() as vaiko_id
    from known
    where known.vaiko_id is null
    order by known.place
    on conflict do nothing
    returning code_hmac, vaiko_id
)

select
    known.place,
    coalesce(known.vaiko_id, made.vaiko_id)::text as vaiko_id
from known
left join made on known.code_hmac = made.code_hmac
where known.vaiko_id is not null or made.vaiko_id is not null
