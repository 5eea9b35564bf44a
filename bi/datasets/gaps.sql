-- One row per provider and dataset of which something expected has not come.
select
    coalesce(municipalities.name, 'Visa Lietuva') as municipality_lt,
    providers.name as provider_lt,
    providers.provider_code,
    scorecards.dataset,
    scorecards.expected,
    scorecards.missing,
    scorecards.longest_gap,
    coalesce(scorecards.last_period, 'nieko negauta') as last_period,
    scorecards.is_silent
from marts.provider_scorecard as scorecards
inner join marts.dim_provider as providers on scorecards.provider_code = providers.provider_code
left join marts.dim_municipality as municipalities on scorecards.municipality_code = municipalities.municipality_code
where
    not scorecards.is_total
    and scorecards.is_current
    and scorecards.missing > 0
