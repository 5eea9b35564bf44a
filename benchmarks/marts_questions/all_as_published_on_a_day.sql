-- Full aggregate: all that was published on a day, by indicator.
select
    indicator_code,
    count(*) as published,
    sum(numerator) as numerator
from marts.as_published(%(day)s)
group by indicator_code
