-- One that is superseded keeps that verdict; it is what it will be accepted as when it speaks again.
with found as (
    select
        delivery.delivery_id,
        case
            when
                delivery.rows_quarantined + delivery.rows_erased_out > 0
                or delivery.rows_duplicate + delivery.rows_erased_duplicate > 0
                or exists (
                    select from quality.check_results as results
                    where
                        results.delivery_id = delivery.delivery_id
                        and results.is_current
                        and results.status = 'failed'
                )
                then 'accepted_with_findings'
            else 'accepted'
        end as verdict
    from ops.deliveries as delivery
    where
        delivery.delivery_id = any(%(delivery_ids)s)
        and delivery.verdict in ('accepted', 'accepted_with_findings', 'superseded')
)

update ops.deliveries as delivery
set
    accepted_as = found.verdict,
    verdict = case when delivery.verdict = 'superseded' then delivery.verdict else found.verdict end
from found
where delivery.delivery_id = found.delivery_id
