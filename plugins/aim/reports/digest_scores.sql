select
    provider_code,
    score,
    letter
from marts.provider_scorecard
where municipality_code = %(municipality)s and is_total and is_current
order by provider_code
