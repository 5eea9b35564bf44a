-- Full aggregate: a filter over an indicator's view itself, the territories that it holds.
select distinct territory_lt
from {view}
order by territory_lt
limit 1000
