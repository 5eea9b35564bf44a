create unlogged table {judged} as
select
    landed.delivery_id,
    landed.row_number,
    {rules}
from {rows_to_judge} as landed
inner join quality.batch as delivery on landed.delivery_id = delivery.delivery_id
{lookups}
