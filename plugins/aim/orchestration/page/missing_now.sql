-- Of the latest period past due of each dataset, who did not deliver it or had it refused: the slices that
-- ledger/dataset_statuses.sql counts as missing and rejected.
with due as (
    select
        obligations.*,
        period_start = max(period_start) over (partition by dataset) as is_latest
    from ops.obligations as obligations
    where due_on < %(today)s
)

select
    due.provider_code,
    due.municipality_code,
    due.dataset,
    due.period,
    due.due_on,
    due.status,
    due.delivery_id,
    deliveries.reason_code
from due
left join ops.deliveries as deliveries on due.delivery_id = deliveries.delivery_id
where
    due.is_latest
    and due.status in ('rejected', 'not_received')
order by due.due_on, due.dataset, due.municipality_code, due.provider_code
