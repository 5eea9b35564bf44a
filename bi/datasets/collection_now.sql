-- One row: how fresh the warehouse is and how well the whole country delivers.
select
    to_char(status.last_load_at at time zone 'Europe/Vilnius', 'YYYY-MM-DD HH24:MI') as last_load_lt,
    to_char(status.last_release_at at time zone 'Europe/Vilnius', 'YYYY-MM-DD HH24:MI') as last_release_lt,
    coalesce(status.last_complete_period, 'nė vieno') as last_complete_lt,
    status.open_incidents,
    status.open_incidents > 0 as has_incidents,
    {{ counted('scorecards.providers') }} as providers_lt,
    {{ counted('scorecards.silent_providers') }} as silent_providers_lt,
    {{ counted('scorecards.expected') }} as expected_lt,
    {{ counted('scorecards.accepted') }} as accepted_lt,
    {{ counted('scorecards.on_time') }} as on_time_lt,
    {{ counted('scorecards.missing') }} as missing_lt,
    {{ number('scorecards.reporting_rate') }} as reporting_rate_lt,
    {{ number('scorecards.timeliness') }} as timeliness_lt,
    {{ number('scorecards.conformance') }} as conformance_lt,
    {{ number('scorecards.completeness') }} as completeness_lt,
    {{ number('scorecards.consistency') }} as consistency_lt,
    {{ number('scorecards.continuity') }} as continuity_lt,
    {{ number('scorecards.score') }} as score_lt,
    scorecards.letter
from marts.mart_status as status
cross join marts.territory_scorecard as scorecards
where
    scorecards.territory_level = 'nation'
    and scorecards.is_total
