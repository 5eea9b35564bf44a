select
    said.released_in as release_id,
    releases.kind,
    releases.clock_date,
    said.known_from,
    said.known_to,
    said.definition_version,
    said.numerator,
    said.denominator,
    said.value,
    said.unit,
    said.coverage_pct,
    said.obs_status
from core.indicator_values as said
inner join ops.releases as releases on said.released_in = releases.release_id
where
    said.indicator_code = %(indicator)s
    and said.measure = %(measure)s
    and said.period_grain = %(grain)s
    and said.period_start = %(start)s
    and said.territory_code = %(territory)s
    and said.breakdown = %(breakdown)s
    and said.breakdown_value = %(breakdown)s
order by said.known_from
