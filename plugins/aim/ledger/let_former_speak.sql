update ops.deliveries
set verdict = accepted_as, needs_judging = %(looks_elsewhere)s and not is_nil and retired_at is null
where
    delivery_id = (
        select former.delivery_id
        from ops.deliveries as former
        where
            former.provider_code = %(provider_code)s
            and former.dataset = %(dataset)s
            and former.period = %(period)s
            and former.verdict = 'superseded'
        order by least(former.received_at, former.taken_at) desc, former.delivery_id desc
        limit 1
    )
returning delivery_id
