-- A dashboard's filter: the territories to choose from.
select territory_code, name_lt
from marts.dim_territory
where territory_level in ('municipality', 'nation')
order by territory_level, name_lt
