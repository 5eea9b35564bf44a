select
    obligations.provider_code,
    obligations.dataset,
    obligations.period,
    obligations.due_on,
    obligations.status,
    obligations.delivery_id,
    deliveries.verdict,
    deliveries.reason_code,
    deliveries.rows_received,
    deliveries.rows_loaded,
    deliveries.rows_quarantined,
    deliveries.rows_duplicate
from ops.obligations
left join ops.deliveries on obligations.delivery_id = deliveries.delivery_id
where
    (%(provider)s::text is null or obligations.provider_code = %(provider)s)
    and (%(period)s::text is null or obligations.period = %(period)s)
order by obligations.provider_code, obligations.period_start, obligations.dataset
