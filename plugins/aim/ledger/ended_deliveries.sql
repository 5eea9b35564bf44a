-- What came under no name we know has no period: the day it came decides.
select
    delivery_id,
    dataset,
    archive_name
from ops.deliveries
where
    file_name is not null
    and retired_at is null
    and coalesce(period_end, (received_at at time zone 'Europe/Vilnius')::date) < %(before)s
    and coalesce(dataset, '') <> all(%(kept_datasets)s)
order by delivery_id
