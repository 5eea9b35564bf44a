with municipalities as (
    select * from {{ ref('dim_municipality') }}
),

nation as (
    select * from {{ ref('nation') }}
),

counties as (
    select distinct
        county_code,
        county_name,
        county_name_en
    from municipalities
),

final as (
    select
        municipality_code as territory_code,
        'municipality' as territory_level,
        name as name_lt,
        name_en,
        county_code
    from municipalities
    union all
    select
        county_code as territory_code,
        'county' as territory_level,
        county_name as name_lt,
        county_name_en as name_en,
        county_code
    from counties
    union all
    select
        code as territory_code,
        'nation' as territory_level,
        name as name_lt,
        name_en,
        null as county_code
    from nation
)

select * from final
