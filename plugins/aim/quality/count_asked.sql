select
    delivery_id,
    count(*) as rows_asked
from {asked}
group by delivery_id
