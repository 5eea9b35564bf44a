select delivery.delivery_id
from ops.deliveries as delivery
where
    delivery.provider_code = %(provider_code)s
    and delivery.dataset = %(dataset)s
    and delivery.verdict in ('accepted', 'accepted_with_findings', 'superseded')
    and exists (
        select from quality.row_issues as issue
        where issue.delivery_id = delivery.delivery_id and issue.rule_code = any(%(rule_codes)s) and not issue.answered
    )
