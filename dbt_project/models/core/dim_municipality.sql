with municipalities as (
    select * from {{ ref('municipalities') }}
),

counties as (
    select * from {{ ref('counties') }}
),

tiles as (
    select * from {{ ref('municipality_tiles') }}
),

final as (
    select
        municipalities.code as municipality_code,
        municipalities.name,
        municipalities.name_long,
        municipalities.name_en,
        municipalities.county_code,
        counties.name as county_name,
        counties.name_en as county_name_en,
        tiles.tile_row,
        tiles.tile_column
    from municipalities
    inner join counties on municipalities.county_code = counties.code
    inner join tiles on municipalities.code = tiles.municipality_code
)

select * from final
