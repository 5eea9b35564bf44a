update {staging} as landed
set _duplicate = true
from quality.repeated_keys as repeated
where
    landed.delivery_id = repeated.delivery_id
    and landed.row_number = repeated.row_number
    and landed.period_start between {first} and {last}
    and repeated.is_duplicate
    and not landed._duplicate
