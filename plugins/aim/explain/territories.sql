select
    territories.territory_code as code,
    territories.territory_level as level,
    territories.name_lt,
    territories.name_en,
    municipalities.name_long
from core.dim_territory as territories
left join core.dim_municipality as municipalities
    on
        territories.territory_level = 'municipality'
        and territories.territory_code = municipalities.municipality_code
left join reference.territory_levels as levels on territories.territory_level = levels.territory_level
order by levels."order" desc, length(territories.territory_code) asc, territories.territory_code asc
