-- One row per night that held a release round, the latest first: what it published, how much of that is hidden and what
-- that cost, and how an attack on it ended: groups of indicators attacked, and those held back since one came through.
select
    releases.run_id,
    max(releases.clock_date) as clock_date,
    array_agg(releases.kind order by releases.release_id) as kinds,
    sum(releases.indicator_periods)::bigint as indicator_periods,
    sum(releases.values_new)::bigint as values_new,
    sum(releases.values_changed)::bigint as values_changed,
    max((runs.summary -> 'release' ->> 'hidden')::bigint) as hidden,
    max((runs.summary -> 'release' ->> 'cells')::bigint) as cells,
    max((runs.summary -> 'release' ->> 'cells_hidden')::bigint) as cells_hidden,
    max((runs.summary -> 'release' ->> 'counted')::numeric) as counted,
    max((runs.summary -> 'release' ->> 'counted_hidden')::numeric) as counted_hidden,
    coalesce(sum(attacks.attacked), 0)::bigint as attacked,
    coalesce(sum(attacks.held_back), 0)::bigint as held_back
from ops.releases as releases
inner join ops.runs as runs on releases.run_id = runs.run_id
left join (
    select
        release_id,
        count(*) as attacked,
        count(*) filter (where breaches > 0) as held_back
    from ops.attacks
    group by release_id
) as attacks on releases.release_id = attacks.release_id
group by releases.run_id
order by releases.run_id desc
limit %(most)s
