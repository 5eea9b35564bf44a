-- Duomenų rinkimas: reporting rate of every municipality, two years month by month.
select
    code,
    month_start,
    sum(accepted) * 100.0 / nullif(sum(expected), 0) as reporting_rate
from marts.collection_trend
where
    level = 'municipality'
    and is_total
    and month_start > %(period_start)s::date - interval '24 months'
    and month_start <= %(period_start)s
group by code, month_start
