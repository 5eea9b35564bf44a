-- Of a delivery that was refused every row counts as quarantined, of a repeated file as duplicate; one that waits to be
-- judged has no counts yet.
with gone as (
    select
        delivery.delivery_id,
        case
            when delivery.verdict = 'duplicate' then 0
            when delivery.accepted_as is null then least(%(rows)s, delivery.rows_received)
            else %(rows_out)s
        end as quarantined,
        case
            when delivery.verdict = 'duplicate' then least(%(rows)s, delivery.rows_received)
            when delivery.accepted_as is null then 0
            else %(rows_duplicate)s
        end as duplicate,
        least(%(rows)s, delivery.rows_received) as received
    from ops.deliveries as delivery
    where delivery.delivery_id = %(delivery_id)s
)

update ops.deliveries as delivery
set
    rows_received = delivery.rows_received - gone.received,
    rows_loaded = delivery.rows_loaded - (gone.received - gone.quarantined - gone.duplicate),
    rows_quarantined = delivery.rows_quarantined - gone.quarantined,
    rows_duplicate = delivery.rows_duplicate - gone.duplicate,
    rows_erased = delivery.rows_erased + gone.received,
    rows_erased_out = delivery.rows_erased_out + least(%(rows_out)s, gone.received),
    rows_erased_duplicate = delivery.rows_erased_duplicate + least(%(rows_duplicate)s, gone.received),
    load_id = case when delivery.load_id is not null then nextval('ops.load_id') end
from gone
where delivery.delivery_id = gone.delivery_id
