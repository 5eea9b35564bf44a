select
    provider_code,
    part_lt,
    share,
    weight,
    points
from marts.provider_score_parts
where is_total
order by provider_code, part_order
