-- One row per night that held a release round, the latest first: what it published, and how much of that is hidden.
select
    releases.run_id,
    max(releases.clock_date) as clock_date,
    array_agg(releases.kind order by releases.release_id) as kinds,
    sum(releases.indicator_periods)::bigint as indicator_periods,
    sum(releases.values_new)::bigint as values_new,
    sum(releases.values_changed)::bigint as values_changed,
    max((runs.summary -> 'release' ->> 'hidden')::bigint) as hidden
from ops.releases as releases
inner join ops.runs as runs on releases.run_id = runs.run_id
group by releases.run_id
order by releases.run_id desc
limit %(most)s
