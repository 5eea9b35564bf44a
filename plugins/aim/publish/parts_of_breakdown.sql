-- Which values of one breakdown add up to a value of another: the items of a domain.
select
    'domain' as cell_breakdown,
    domain::text as cell_value,
    'item' as part_breakdown,
    item::text as part_value
from reference.instrument_items
