with municipalities as (
    select * from {{ ref('dim_municipality') }}
),

nation as (
    select * from {{ ref('nation') }}
),

final as (
    select
        municipalities.municipality_code,
        territories.territory_level,
        territories.territory_code
    from municipalities
    cross join nation
    cross join lateral (
        values
        ('municipality', municipalities.municipality_code),
        ('county', municipalities.county_code),
        ('nation', nation.code)
    ) as territories (territory_level, territory_code)
)

select * from final
