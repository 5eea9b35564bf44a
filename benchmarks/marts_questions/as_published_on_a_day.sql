-- What was published of an indicator in the nation on a day.
select
    period_start,
    numerator,
    value,
    known_from
from marts.as_published(%(day)s)
where
    indicator_code = %(indicator)s
    and measure = 'main'
    and period_grain = %(fine)s
    and territory_code = '00'
    and breakdown = 'total'
order by period_start
