-- The county of each municipality and the nation of each county.
select
    code as territory_code,
    county_code as above
from reference.municipalities
union all
select
    counties.code as territory_code,
    nation.code as above
from reference.counties as counties
cross join reference.nation as nation
