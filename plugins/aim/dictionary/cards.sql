-- One row per indicator, measure and version of the definition, as published, in the order of lists.
select *
from marts.dim_indicator
order by indicator_order, valid_from nulls first, measure_order
