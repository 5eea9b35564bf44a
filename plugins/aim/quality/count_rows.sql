select
    delivery.delivery_id,
    taken.is_nil,
    taken.rows_received,
    taken.rows_erased,
    taken.rows_erased_out,
    taken.rows_erased_duplicate,
    delivery.waits_for,
    count(landed.delivery_id) as rows_landed,
    count(*) filter (where landed._duplicate) as rows_duplicate
from quality.batch as delivery
inner join ops.deliveries as taken on delivery.delivery_id = taken.delivery_id
left join {landed_rows} as landed on delivery.delivery_id = landed.delivery_id
group by delivery.delivery_id, taken.delivery_id
