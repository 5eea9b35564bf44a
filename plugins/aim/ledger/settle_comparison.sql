with found as (
    select
        delivery.delivery_id,
        case
            when
                delivery.rows_quarantined > 0
                or delivery.rows_duplicate > 0
                or exists (
                    select from quality.check_results as results
                    where results.delivery_id = delivery.delivery_id and results.status = 'failed'
                )
                then 'accepted_with_findings'
            else 'accepted'
        end as verdict
    from ops.deliveries as delivery
    where
        delivery.delivery_id in (select batch.delivery_id from quality.batch as batch)
        and delivery.verdict in ('accepted', 'accepted_with_findings')
),

settled as (
    update ops.deliveries as delivery
    set
        verdict = found.verdict,
        accepted_as = found.verdict,
        needs_comparing = false
    from found
    where delivery.delivery_id = found.delivery_id
    returning delivery.verdict
)

select
    verdict,
    count(*) as deliveries
from settled
group by verdict
