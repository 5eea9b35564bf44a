-- What is attacked together and of which year, as far as the round touches it.
select distinct
    attacked_with,
    attacked_year
from round_cells
order by attacked_with, attacked_year
