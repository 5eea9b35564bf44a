-- Savivaldybė: one indicator in a municipality, in the others of its county and in the nation, ten years.
select
    period_start,
    territory_lt,
    sum(numerator) as numerator,
    1000 * sum(numerator) / nullif(sum(denominator), 0) as value
from {view}
where
    measure = 'main'
    and period_grain = %(fine)s
    and breakdown = 'total'
    and (
        territory_code in (%(municipality)s, '00')
        or county_code = (select county_code from marts.dim_territory where territory_code = %(municipality)s)
    )
group by period_start, territory_lt
order by period_start, territory_lt
