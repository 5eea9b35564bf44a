-- One row per municipality and month in which periods ended: what its providers owed and what came.
select
    municipalities.name as municipality_lt,
    to_char(trend.month_start, 'YYYY-MM') as period,
    trend.expected,
    trend.accepted,
    trend.on_time,
    trend.missing
from marts.collection_trend as trend
inner join marts.dim_municipality as municipalities on trend.code = municipalities.municipality_code
where
    trend.level = 'municipality'
    and trend.is_total
