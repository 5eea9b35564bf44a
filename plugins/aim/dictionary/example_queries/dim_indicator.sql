select
    indicator_code,
    measure,
    definition_version,
    name_lt,
    numerator_lt,
    denominator_lt,
    unit_lt
from marts.dim_indicator
where measure = 'main'
order by indicator_order, definition_version
