-- These come after everything known, in the order of their own stamps.
with ordered as (
    select
        delivery_id,
        count(*) over () - row_number() over (order by received_at, delivery_id) as places_from_last
    from ops.deliveries
    where delivery_id = any(%(delivery_ids)s)
)

update ops.deliveries as delivery
set received_at = delivery.taken_at - ordered.places_from_last * interval '1 microsecond'
from ordered
where delivery.delivery_id = ordered.delivery_id
