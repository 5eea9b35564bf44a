-- What readers choose from: one row per indicator and period the nation has a value of, once more for the newest.
with nation as (
    select
        indicator_named_lt,
        area,
        indicator_order,
        period_grain_lt,
        period
    from marts.all_indicators
    where
        territory_level = 'nation'
        and measure = 'main'
        and breakdown = 'total'
)

select
    nation.indicator_named_lt,
    nation.area,
    nation.indicator_order,
    nation.period_grain_lt,
    choices.period_choice_lt
from nation
cross join lateral (
    values
    (nation.period),
    ('Naujausias')
) as choices (period_choice_lt)
