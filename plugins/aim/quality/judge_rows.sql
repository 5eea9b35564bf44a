create unlogged table {judged} as
select
    landed.delivery_id,
    landed.row_number,
    {of_delivery} as of_delivery,
    {rules}
from {asked} as landed
inner join quality.batch as delivery on landed.delivery_id = delivery.delivery_id
{lookups}
