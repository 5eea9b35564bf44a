-- What is computed now of the round's periods, none of it told yet; and of those released before that are attacked
-- with them though the round does not tell it: a quarter holds what came late for its months, before they are revised.
create temporary table rows_told on commit drop as
with attacked_groups as (
    select distinct
        indicator_code,
        attacked_with
    from reference.protected_quantities
),

touched_groups as (
    select distinct
        groups.attacked_with,
        extract(year from released.period_start) as attacked_year
    from periods_in_round as released
    inner join attacked_groups as groups on released.indicator_code = groups.indicator_code
)

select
    values_now.*,
    'infinity'::timestamptz as seen_at,
    null::timestamptz as seen_until,
    false as tells_numerator,
    false as tells_denominator,
    released.indicator_code is not null as is_in_round
from core.indicator_current as values_now
left join periods_in_round as released
    on
        values_now.indicator_code = released.indicator_code
        and values_now.period_grain = released.period_grain
        and values_now.period_start = released.period_start
where
    released.indicator_code is not null
    or (
        exists (
            select from touched_groups as touched
            inner join attacked_groups as groups on touched.attacked_with = groups.attacked_with
            where
                groups.indicator_code = values_now.indicator_code
                and touched.attacked_year = extract(year from values_now.period_start)
        )
        and exists (
            select from ops.released_periods as before
            where
                before.indicator_code = values_now.indicator_code
                and before.period_grain = values_now.period_grain
                and before.period_start = values_now.period_start
        )
    )
