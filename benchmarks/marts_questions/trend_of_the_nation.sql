-- Situacija, Poveikis: one indicator in the nation, month by month.
select
    period_start,
    period_lt,
    sum(numerator) as numerator,
    1000 * sum(numerator) / nullif(sum(denominator), 0) as value,
    min(coverage_pct) as coverage_pct,
    count(*) filter (where conf_status = 'C') as hidden
from {view}
where
    measure = 'main'
    and period_grain = %(fine)s
    and territory_code = '00'
    and breakdown = 'total'
group by period_start, period_lt
order by period_start
