select
    dim_provider.name,
    provider_scorecard.expected,
    provider_scorecard.accepted,
    provider_scorecard.score,
    provider_scorecard.letter
from marts.provider_scorecard
inner join marts.dim_provider on provider_scorecard.provider_code = dim_provider.provider_code
where provider_scorecard.is_total
order by provider_scorecard.score nulls last, dim_provider.name
