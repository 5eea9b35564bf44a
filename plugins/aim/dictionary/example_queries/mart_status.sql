select
    last_load_at,
    last_release_at,
    last_complete_period,
    open_incidents
from marts.mart_status
