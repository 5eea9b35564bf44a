select doomed.archive_name
from ops.doomed_originals as doomed
where
    not exists (
        select from ops.deliveries as delivery
        where delivery.archive_name = doomed.archive_name
    )
order by doomed.archive_name
