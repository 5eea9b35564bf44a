select
    delivery.delivery_id,
    delivery.provider_code,
    delivery.dataset,
    delivery.period,
    delivery.verdict,
    delivery.is_nil,
    delivery.rows_received
from ops.deliveries as delivery
where
    (
        delivery.verdict in ('accepted', 'accepted_with_findings')
        or (
            %(with_rejected)s
            and delivery.verdict = 'rejected'
            and delivery.reason_code in ('file_rule', 'too_many_quarantined')
            and not exists (
                select from ops.deliveries as later
                where
                    later.provider_code = delivery.provider_code
                    and later.dataset = delivery.dataset
                    and later.period = delivery.period
                    and later.verdict in ('accepted', 'accepted_with_findings')
                    and (later.received_at, later.delivery_id) > (delivery.received_at, delivery.delivery_id)
            )
        )
    )
    and delivery.retired_at is null
    and delivery.dataset = any(%(datasets)s)
    and (%(first_day)s::date is null or delivery.period_start >= %(first_day)s)
    and (%(last_day)s::date is null or delivery.period_end <= %(last_day)s)
    and (%(not_under)s::text is null or delivery.judged_under is distinct from %(not_under)s)
order by delivery.dataset, delivery.period_start, delivery.delivery_id
