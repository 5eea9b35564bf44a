select
    relation,
    bound,
    quantity,
    coefficient::float8 as coefficient,
    breakdown,
    taken_of
from reference.quantity_relations
order by relation, quantity, taken_of
