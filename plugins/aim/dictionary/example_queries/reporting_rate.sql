select
    provider_code,
    dataset,
    expected,
    accepted,
    reporting_rate,
    longest_gap
from marts.reporting_rate
where longest_gap > 0
order by provider_code, dataset
