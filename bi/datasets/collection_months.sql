-- One row per month in which periods ended: what the whole country owed and what came.
select
    to_char(month_start, 'YYYY-MM') as period,
    expected,
    accepted,
    on_time,
    missing
from marts.collection_trend
where
    level = 'nation'
    and is_total
