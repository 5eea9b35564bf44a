with obligations as (
    select * from {{ ref('fct_obligation') }}
    where is_expected
),

bridge as (
    select * from {{ ref('int_territories') }}
),

territories as (
    select * from {{ ref('dim_territory') }}
),

final as (
    select
        bridge.territory_level,
        bridge.territory_code,
        obligations.*
    from obligations
    inner join bridge on obligations.municipality_code = bridge.municipality_code
    union all
    -- A national provider's slices are every territory's.
    select
        territories.territory_level,
        territories.territory_code,
        obligations.*
    from obligations
    cross join territories
    where obligations.municipality_code is null
)

select * from final
