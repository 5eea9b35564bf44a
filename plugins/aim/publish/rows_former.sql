-- Every value that was ever released beside what the round touches (the same years of what is attacked together), and
-- whether its numbers were told while it was the one that stood.
create temporary table rows_told on commit drop as
with touched_groups as (
    select distinct
        attacked_with,
        attacked_year
    from round_cells
),

attacked_groups as (
    select distinct
        indicator_code,
        attacked_with
    from reference.protected_quantities
),

former as materialized (
    select
        released.*,
        released.ctid as place
    from core.indicator_values as released
    inner join touched_groups as touched
        on extract(year from released.period_start) = touched.attacked_year
    inner join attacked_groups as groups
        on released.indicator_code = groups.indicator_code and touched.attacked_with = groups.attacked_with
),

-- By the place of the row alone: sorting out eighteen columns takes longer than all else.
told_of as (
    select
        former.place,
        bool_or(told.conf_status = 'F' or told.numerator is not null) as tells_numerator,
        bool_or(told.conf_status = 'F' or told.denominator is not null) as tells_denominator
    from former
    inner join marts.indicator_values as told
        on
            former.indicator_code = told.indicator_code
            and former.measure = told.measure
            and former.period_grain = told.period_grain
            and former.period_start = told.period_start
            and former.territory_code = told.territory_code
            and former.breakdown = told.breakdown
            and former.breakdown_value = told.breakdown_value
            and told.known_from < coalesce(former.known_to, 'infinity')
            and coalesce(told.known_to, 'infinity') > former.known_from
    group by former.place
)

select
    former.indicator_code,
    former.measure,
    former.definition_version,
    former.period_grain,
    former.period_start,
    former.period_end,
    former.territory_level,
    former.territory_code,
    former.breakdown,
    former.breakdown_value,
    former.numerator,
    former.denominator,
    former.value,
    former.unit,
    former.coverage_pct,
    former.obs_status,
    former.known_from as seen_at,
    former.known_to as seen_until,
    coalesce(told_of.tells_numerator, false) as tells_numerator,
    coalesce(told_of.tells_denominator, false) as tells_denominator,
    true as is_in_round
from former
left join told_of on former.place = told_of.place
