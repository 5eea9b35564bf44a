select
    dim_territory.name_lt,
    territory_scorecard.reporting_rate,
    territory_scorecard.timeliness,
    territory_scorecard.letter
from marts.territory_scorecard
inner join marts.dim_territory on territory_scorecard.territory_code = dim_territory.territory_code
where territory_scorecard.is_total
order by territory_scorecard.score nulls last, dim_territory.name_lt
