-- One row per municipality: the score of its providers over their last periods, with its tile on the map.
with scored as (
    select
        municipalities.name as municipality_lt,
        replace(municipalities.name, ' sav.', '') as municipality_short_lt,
        municipalities.county_name as county_lt,
        municipalities.tile_row,
        municipalities.tile_column,
        scorecards.providers,
        scorecards.silent_providers,
        scorecards.expected,
        scorecards.accepted,
        scorecards.missing,
        scorecards.longest_gap,
        scorecards.reporting_rate,
        scorecards.timeliness,
        scorecards.score,
        scorecards.letter
    from marts.territory_scorecard as scorecards
    inner join marts.dim_municipality as municipalities
        on scorecards.territory_code = municipalities.municipality_code
    where
        scorecards.territory_level = 'municipality'
        and scorecards.is_total
)

select
    municipality_lt,
    municipality_short_lt,
    county_lt,
    tile_row,
    tile_column,
    providers,
    silent_providers,
    expected,
    accepted,
    missing,
    longest_gap,
    round(reporting_rate)::integer as reporting_rate,
    round(timeliness)::integer as timeliness,
    score,
    {{ number('score') }} as score_lt,
    letter,
    case when letter is null then 'none' else 'letter-' || lower(letter) end as look
from scored
