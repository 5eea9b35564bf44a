-- One row per municipality, indicator and period: its value beside its county's, the nation's and that of municipalities
-- of like size. Theirs together is a ratio of sums; it is not published where one of them is not.
with sides as (
    select
        municipality_lt,
        indicator_named_lt,
        indicator_order,
        area,
        period_grain_lt,
        period,
        period_start,
        unit_lt,
        comparison,
        max(shown_lt) as shown_lt,
        {{ metric('ratio_of_sums') }} as value,
        bool_or(conf_status = 'C') as is_hidden,
        min(coverage_pct) as coverage_pct,
        max(obs_status) as obs_status,
        max(obs_status_lt) as obs_status_lt,
        count(*) as territories,
        count(value) as published,
        min(value) as lowest,
        max(value) as highest
    from marts.municipality_comparison
    where measure = 'main'
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

beside as (
    select
        municipality_lt,
        indicator_named_lt,
        indicator_order,
        area,
        period_grain_lt,
        period,
        period_start,
        unit_lt,
        max(shown_lt) filter (where comparison = 'own') as own_lt,
        max(shown_lt) filter (where comparison = 'county') as county_value_lt,
        max(shown_lt) filter (where comparison = 'nation') as nation_value_lt,
        max(case
            when is_hidden then 'C – neskelbiama'
            when value is null then '–'
            else {{ number('value') }}
        end) filter (where comparison = 'peers') as peers_value_lt,
        max(case
            when published = 0 then '–'
            when lowest = highest then {{ number('lowest') }}
            else {{ number('lowest') }} || ' … ' || {{ number('highest') }}
        end) filter (where comparison = 'peers') as peers_range_lt,
        max(published || ' iš ' || territories) filter (where comparison = 'peers') as peers_published_lt,
        max(round(coverage_pct)) filter (where comparison = 'own') as coverage_pct,
        max(case when obs_status <> 'A' then obs_status_lt else '' end) filter (where comparison = 'own') as status_lt
    from sides
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

dated as (
    select
        *,
        period_start = max(period_start) over (
            partition by municipality_lt, indicator_named_lt, period_grain_lt
        ) as is_newest
    from beside
)

select
    dated.*,
    choices.period_choice_lt,
    choices.is_repeated
from dated
cross join lateral (
    values
    (dated.period, false),
    (case when dated.is_newest then 'Naujausias' end, true)
) as choices (period_choice_lt, is_repeated)
where choices.period_choice_lt is not null
