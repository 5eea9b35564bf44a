-- One row per data provider that delivers now: its score over its last periods, with the parts behind it.
select
    providers.name as provider_lt,
    providers.provider_code,
    coalesce(municipalities.name, 'Visa Lietuva') as municipality_lt,
    coalesce(scorecards.letter, '–') as letter,
    scorecards.score,
    scorecards.expected,
    scorecards.accepted,
    scorecards.on_time,
    scorecards.missing,
    scorecards.longest_gap,
    scorecards.current_run,
    scorecards.last_period,
    scorecards.reporting_rate,
    scorecards.timeliness,
    scorecards.conformance,
    scorecards.completeness,
    scorecards.consistency,
    scorecards.continuity
from marts.provider_scorecard as scorecards
inner join marts.dim_provider as providers on scorecards.provider_code = providers.provider_code
left join marts.dim_municipality as municipalities on scorecards.municipality_code = municipalities.municipality_code
where
    scorecards.is_total
    and scorecards.is_current
