select
    month_start,
    expected,
    accepted,
    on_time,
    reporting_rate
from marts.collection_trend
where level = 'nation' and is_total
order by month_start
