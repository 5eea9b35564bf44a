-- Few providers ever give a reason: the others are left out before any finding is looked at.
select delivery.delivery_id
from ops.deliveries as delivery
where
    delivery.delivery_id = any(%(delivery_ids)s)
    and exists (
        select
        from quality.reasons as given
        inner join quality.row_issues as issue on given.rule_code = issue.rule_code
        where
            given.provider_code = delivery.provider_code
            and given.dataset = delivery.dataset
            and issue.delivery_id = delivery.delivery_id
    )
