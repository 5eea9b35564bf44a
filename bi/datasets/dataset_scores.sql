-- One row per dataset: how the whole country delivers it.
select
    dataset,
    providers,
    silent_providers,
    expected,
    accepted,
    on_time,
    missing,
    reporting_rate,
    timeliness,
    conformance,
    completeness,
    consistency,
    continuity,
    score,
    coalesce(letter, '–') as letter
from marts.territory_scorecard
where
    territory_level = 'nation'
    and not is_total
