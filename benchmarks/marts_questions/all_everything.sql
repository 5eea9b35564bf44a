-- Full aggregate: every value published now, by indicator and year.
select
    indicator_code,
    date_trunc('year', period_start) as year,
    count(*) as published,
    count(*) filter (where conf_status = 'C') as hidden,
    sum(numerator) as numerator
from marts.indicator_values
where known_to is null
group by indicator_code, date_trunc('year', period_start)
