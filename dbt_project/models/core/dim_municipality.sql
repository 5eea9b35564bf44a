with municipalities as (
    select * from {{ ref('municipalities') }}
),

counties as (
    select * from {{ ref('counties') }}
),

final as (
    select
        municipalities.code as municipality_code,
        municipalities.name,
        municipalities.name_long,
        municipalities.name_en,
        municipalities.county_code,
        counties.name as county_name,
        counties.name_en as county_name_en
    from municipalities
    inner join counties on municipalities.county_code = counties.code
)

select * from final
