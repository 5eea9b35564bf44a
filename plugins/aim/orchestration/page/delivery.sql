-- One delivery, and the slice it was made of.
select
    deliveries.delivery_id,
    deliveries.provider_code,
    deliveries.dataset,
    deliveries.period,
    deliveries.version,
    deliveries.channel,
    deliveries.file_name,
    deliveries.received_at,
    deliveries.judged_at,
    deliveries.verdict,
    deliveries.reason_code,
    deliveries.reason_detail,
    deliveries.is_nil,
    deliveries.rows_received,
    deliveries.rows_loaded,
    deliveries.rows_quarantined,
    deliveries.rows_duplicate,
    obligations.due_on,
    obligations.status
from ops.deliveries as deliveries
left join ops.obligations as obligations
    on
        deliveries.provider_code = obligations.provider_code
        and deliveries.dataset = obligations.dataset
        and deliveries.period = obligations.period
where deliveries.delivery_id = %(delivery_id)s
