-- From the expected side: who owes a dataset has its scorecard, silent or not, and the last missing slice shows on it.
with owed as (
    select
        provider_code,
        dataset,
        count(*) filter (where is_expected and is_past_due) as past_due,
        max(period_end) filter (where is_expected and is_past_due) as last_end,
        max(period_end) filter (where is_expected and is_past_due and is_accepted) as last_accepted_end
    from {{ ref('fct_obligation') }}
    group by provider_code, dataset
),

scorecards as (
    select * from {{ ref('provider_scorecard') }}
)

select
    owed.provider_code,
    owed.dataset
from owed
left join scorecards
    on
        owed.provider_code = scorecards.provider_code
        and owed.dataset = scorecards.dataset
left join scorecards as totals
    on
        owed.provider_code = totals.provider_code
        and totals.is_total
where
    scorecards.provider_code is null
    or totals.provider_code is null
    or (scorecards.expected > 0) <> (owed.past_due > 0)
    or scorecards.is_silent <> (owed.past_due > 0 and owed.last_end is distinct from owed.last_accepted_end)
    or (scorecards.is_silent and scorecards.longest_gap = 0)
    or (scorecards.is_silent and scorecards.is_current and not totals.is_silent)
