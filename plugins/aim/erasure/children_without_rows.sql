-- Children with a key of whom no row is landed.
select known.vaiko_id::text as vaiko_id
from (
    select child.vaiko_id
    from identity.child_key as child
    except
    select landed.vaiko_id
    from ({children_with_rows}) as landed
) as known
