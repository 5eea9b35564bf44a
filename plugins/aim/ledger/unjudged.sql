select
    dataset,
    count(*) filter (where verdict = 'received') as new,
    count(*) filter (where verdict <> 'received') as again
from ops.deliveries
where
    (needs_judging or (needs_comparing and verdict in ('accepted', 'accepted_with_findings')))
    and (%(provider)s::text is null or provider_code = %(provider)s)
    and (%(period)s::text is null or period = %(period)s)
group by dataset
order by dataset
