-- One row per value of the round's periods as it may leave the house: what the publication plan has, and of it no
-- number that had to be hidden or is hidden for another's sake; no rate on either. What counts persons and has no
-- quantity named for it (reference.protected_quantities) is hidden whole.
create temporary table protected_values on commit drop as
with planned as (
    select values_now.*
    from core.indicator_current as values_now
    inner join periods_in_round as released
        on
            values_now.indicator_code = released.indicator_code
            and values_now.period_grain = released.period_grain
            and values_now.period_start = released.period_start
    where exists (
        select from reference.publication_plan as plan
        where
            plan.territory_level = values_now.territory_level
            and plan.period_grain = values_now.period_grain
            and plan.breakdown in (values_now.breakdown, '*')
    )
),

hidden as (
    select
        said.indicator_code,
        said.measure,
        said.period_grain,
        said.period_start,
        said.territory_code,
        said.breakdown,
        said.breakdown_value,
        bool_or(said.part = 'numerator') as hides_numerator,
        bool_or(said.part = 'denominator') as hides_denominator
    from round_cells as said
    inner join hidden_cells
        on
            said.quantity = hidden_cells.quantity
            and said.cell_period = hidden_cells.cell_period
            and said.territory_code = hidden_cells.territory_code
            and said.cell_breakdown = hidden_cells.cell_breakdown
            and said.cell_value = hidden_cells.cell_value
    group by
        said.indicator_code, said.measure, said.period_grain, said.period_start, said.territory_code,
        said.breakdown, said.breakdown_value
),

judged as (
    select
        planned.*,
        coalesce(hidden.hides_numerator, false) or unnamed.indicator_code is not null as hides_numerator,
        coalesce(hidden.hides_denominator, false) or unnamed.indicator_code is not null as hides_denominator
    from planned
    left join hidden
        on
            planned.indicator_code = hidden.indicator_code
            and planned.measure = hidden.measure
            and planned.period_grain = hidden.period_grain
            and planned.period_start = hidden.period_start
            and planned.territory_code = hidden.territory_code
            and planned.breakdown = hidden.breakdown
            and planned.breakdown_value = hidden.breakdown_value
    left join unnamed_measures as unnamed
        on
            planned.indicator_code = unnamed.indicator_code
            and planned.definition_version = unnamed.definition_version
            and planned.measure = unnamed.measure
)

select
    indicator_code,
    measure,
    definition_version,
    period_grain,
    period_start,
    period_end,
    territory_level,
    territory_code,
    breakdown,
    breakdown_value,
    unit,
    coverage_pct,
    obs_status,
    case when not hides_numerator then numerator end as numerator,
    case when not hides_denominator then denominator end as denominator,
    case when not hides_numerator and not hides_denominator then value end as value,
    case when hides_numerator or hides_denominator then 'C' else 'F' end as conf_status
from judged
