-- Which numbers of the round are told by what is about to be published: the attack looks at that, not at what was
-- meant.
update round_cells as said
set
    is_told = published.conf_status = 'F'
    or case said.part when 'numerator' then published.numerator is not null else published.denominator is not null end
from protected_values as published
where
    said.indicator_code = published.indicator_code
    and said.measure = published.measure
    and said.period_grain = published.period_grain
    and said.period_start = published.period_start
    and said.territory_code = published.territory_code
    and said.breakdown = published.breakdown
    and said.breakdown_value = published.breakdown_value
