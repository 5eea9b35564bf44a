{{ config(alias='municipality_peers') }}

with population as (
    select * from {{ ref('int_population_years') }}
    where territory_level = 'municipality'
),

latest_year as (
    select max(population_year) as population_year
    from population
    where make_date(population_year, 1, 1) <= {{ clock_date() }}
),

sizes as (
    select
        population.territory_code as municipality_code,
        population.population_year,
        sum(population.children)::bigint as children
    from population
    inner join latest_year on population.population_year = latest_year.population_year
    group by population.territory_code, population.population_year
),

-- By ratio, not by difference: 500 children more are much to Neringa and nothing to Vilnius.
ranked as (
    select
        sizes.municipality_code,
        peers.municipality_code as peer_code,
        sizes.population_year,
        sizes.children,
        peers.children as peer_children,
        row_number() over (
            partition by sizes.municipality_code
            order by
                abs(ln(peers.children) - ln(sizes.children)),
                peers.municipality_code
        )::integer as peer_order
    from sizes
    inner join sizes as peers on sizes.municipality_code <> peers.municipality_code
    where
        sizes.children > 0
        and peers.children > 0
),

final as (
    select
        ranked.municipality_code,
        ranked.peer_code,
        ranked.peer_order,
        ranked.population_year,
        ranked.children,
        ranked.peer_children
    from ranked
    {{ parameter('municipality_peers', clock_date()) }}
    where ranked.peer_order <= municipality_peers.value
)

select * from final
