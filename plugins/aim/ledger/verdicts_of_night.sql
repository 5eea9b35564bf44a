select
    deliveries.verdict,
    count(*) as deliveries,
    sum(deliveries.rows_received)::bigint as rows_received,
    sum(coalesce(deliveries.rows_loaded, 0))::bigint as rows_loaded,
    sum(coalesce(deliveries.rows_quarantined, 0))::bigint as rows_quarantined,
    sum(coalesce(deliveries.rows_duplicate, 0))::bigint as rows_duplicate
from ops.deliveries
inner join ops.runs
    on deliveries.taken_at >= runs.started_at or deliveries.judged_at >= runs.started_at
where runs.run_id = %(run_id)s
group by deliveries.verdict
order by deliveries.verdict
