insert into ops.released_periods (
    indicator_code, period_grain, period_start, first_release_id, last_release_id
)
values (
    %(indicator_code)s, %(period_grain)s, %(period_start)s, %(release_id)s, %(release_id)s
)
on conflict (indicator_code, period_grain, period_start) do update
    set last_release_id = excluded.last_release_id
