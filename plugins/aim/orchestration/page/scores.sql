-- A provider's score over all it owes and by dataset, as the last night worked it out.
select
    dataset,
    is_total,
    expected,
    accepted,
    on_time,
    last_period,
    score,
    letter
from core.provider_scorecard
where provider_code = %(provider)s
order by is_total desc, dataset asc
