-- Rules that deliveries in force break, or that refused one, those broken in most deliveries first.
select
    results.rule_code,
    results.responsibility,
    results.severity,
    count(*) as deliveries,
    count(distinct deliveries.provider_code) as providers,
    sum(results.failed)::bigint as failed
from quality.check_results as results
inner join ops.deliveries as deliveries on results.delivery_id = deliveries.delivery_id
where
    results.is_current
    and results.status = 'failed'
    and deliveries.verdict in ('accepted', 'accepted_with_findings', 'rejected')
group by results.rule_code, results.responsibility, results.severity
order by count(*) desc, results.rule_code asc
