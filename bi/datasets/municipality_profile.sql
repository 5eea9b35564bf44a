-- One row per municipality: its size, with whom it is compared, and how its providers deliver.
with peers as (
    select
        peers.municipality_code,
        max(peers.children) as children,
        max(peers.population_year) as population_year,
        string_agg(municipalities.name, ', ' order by peers.peer_order) as peers_lt
    from marts.municipality_peers as peers
    inner join marts.dim_municipality as municipalities on peers.peer_code = municipalities.municipality_code
    group by peers.municipality_code
)

select
    municipalities.name as municipality_lt,
    municipalities.name_long as municipality_long_lt,
    municipalities.county_name as county_lt,
    {{ counted('peers.children') }} as children_lt,
    peers.population_year,
    peers.peers_lt,
    scorecards.providers,
    scorecards.expected,
    scorecards.accepted,
    scorecards.on_time,
    scorecards.missing,
    round(scorecards.reporting_rate)::integer as reporting_rate,
    round(scorecards.timeliness)::integer as timeliness,
    scorecards.letter
from marts.dim_municipality as municipalities
left join peers on municipalities.municipality_code = peers.municipality_code
left join marts.territory_scorecard as scorecards
    on
        municipalities.municipality_code = scorecards.territory_code
        and scorecards.territory_level = 'municipality'
        and scorecards.is_total
