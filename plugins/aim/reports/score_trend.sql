-- Slices of a provider by the month they are about: expected and accepted, the last twelve months.
select
    month_start,
    expected,
    accepted
from {trend}
where level = 'provider' and code = %(provider_code)s and is_total
order by month_start desc
limit 12
