create unlogged table {judged} as
select
    delivery.delivery_id,
    0 as row_number,
    null::bigint as of_delivery,
    {rules}
from quality.batch as delivery
inner join ops.deliveries as taken on delivery.delivery_id = taken.delivery_id
{lookups}
where not taken.is_nil
