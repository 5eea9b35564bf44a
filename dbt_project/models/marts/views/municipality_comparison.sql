with municipalities as (
    select * from {{ ref('marts_dim_municipality') }}
),

peers as (
    select * from {{ ref('marts_municipality_peers') }}
),

comparisons as (
    select * from {{ ref('marts_dim_comparison') }}
),

published as (
    select * from {{ ref('all_indicators') }}
    where breakdown = 'total'
),

nation as (
    select territory_code from {{ ref('marts_dim_territory') }}
    where territory_level = 'nation'
),

compared as (
    select
        municipalities.municipality_code,
        with_others.comparison,
        with_others.territory_code
    from municipalities
    cross join nation
    {{ each_of('with_others (comparison, territory_code)', [
        "'own', municipalities.municipality_code",
        "'county', municipalities.county_code",
        "'nation', nation.territory_code",
    ]) }}
    union all
    select
        municipality_code,
        'peers' as comparison,
        peer_code as territory_code
    from peers
),

final as (
    select
        compared.municipality_code,
        municipalities.name as municipality_lt,
        municipalities.name_en as municipality_en,
        compared.comparison,
        comparisons.label_lt as comparison_lt,
        comparisons.label_en as comparison_en,
        comparisons.comparison_order,
        published.*
    from compared
    inner join municipalities on compared.municipality_code = municipalities.municipality_code
    inner join comparisons on compared.comparison = comparisons.comparison
    inner join published on compared.territory_code = published.territory_code
)

select * from final
