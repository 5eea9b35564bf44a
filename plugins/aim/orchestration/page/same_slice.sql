-- Every delivery of the slice, the latest first.
select
    others.delivery_id,
    others.received_at,
    others.verdict,
    others.rows_received,
    others.rows_loaded
from ops.deliveries as asked
inner join ops.deliveries as others
    on
        asked.provider_code = others.provider_code
        and asked.dataset = others.dataset
        and asked.period = others.period
where asked.delivery_id = %(delivery_id)s
order by others.received_at desc, others.delivery_id desc
