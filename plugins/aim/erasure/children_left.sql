-- Children not known under the newest key of whom rows are landed: those who are in none would lose nothing.
with waiting as (
    select child.vaiko_id
    from identity.child_key as child
    where child.key_version <> %(version)s
    except
    select child.vaiko_id
    from identity.child_key as child
    where child.key_version = %(version)s
)

select
    count(distinct landed.vaiko_id) as children,
    max(landed.period_end) as last_seen
from ({landed}) as landed
inner join waiting on landed.vaiko_id = waiting.vaiko_id
