select
    municipality.territory_code,
    municipality.name_lt,
    county.name_lt as county_lt
from marts.dim_territory as municipality
inner join marts.dim_territory as county on municipality.county_code = county.territory_code
where municipality.territory_level = 'municipality'
order by county.name_lt, municipality.name_lt
