-- Of several of a slice the one received last speaks, and none where another speaks already.
update ops.deliveries as delivery
-- A number that no accepted delivery has.
set verdict = 'accepted', version = coalesce(delivery.version, -delivery.delivery_id)
where
    delivery.delivery_id in (
        select distinct on (rejected.provider_code, rejected.dataset, rejected.period) rejected.delivery_id
        from ops.deliveries as rejected
        where rejected.delivery_id = any(%(delivery_ids)s) and rejected.verdict = 'rejected'
        order by
            rejected.provider_code asc,
            rejected.dataset asc,
            rejected.period asc,
            rejected.received_at desc,
            rejected.delivery_id desc
    )
    and not exists (
        select from ops.deliveries as speaking
        where
            speaking.provider_code = delivery.provider_code
            and speaking.dataset = delivery.dataset
            and speaking.period = delivery.period
            and speaking.verdict in ('accepted', 'accepted_with_findings')
    )
