with episodes as (
    select * from {{ ref('fct_care_episode') }}
    where ground <> 'TEVU_PRASYMU'
),

-- On the last day of a slice, and on the day an episode begun in it began.
asked as (
    select
        episodes.*,
        'main' as measure,
        period_end as reference_date
    from episodes
    where
        begun_on <= period_end
        and (ended_on is null or ended_on > period_end)
    union all
    select
        episodes.*,
        'new' as measure,
        begun_on as reference_date
    from episodes
    where begun_on between period_start and period_end
),

final as (
    select
        asked.measure,
        asked.provider_code,
        asked.episode_number,
        asked.period_end as slice_end,
        asked.child_id,
        asked.municipality_code,
        asked.sex,
        {{ child_traits() }},
        asked.place,
        asked.begun_on
    from asked
    {{ parameter('child_max_age', 'asked.reference_date') }}
    {{ join_child_traits('asked', 'reference_date') }}
    where {{ is_child_on('asked.birth_month', 'asked.reference_date') }}
)

select * from final
