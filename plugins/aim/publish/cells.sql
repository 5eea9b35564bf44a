-- One row per number of rows_told that has to be protected, with the cell it says: a quantity at a time, place and
-- breakdown. The same cell is said by several rows: a month's stock is its quarter's, P03 is P01 of disabled children,
-- the pairs of P01 stand under each of its measures. A number outside the publication plan is a cell where it can be
-- worked out from those in it: the other half of a special group. Nothing counted is a count of zero.
create temporary table {cells} on commit drop as
with planned as (
    select
        rows_told.*,
        coalesce(this_breakdown.worth, each_breakdown.worth) is not null as is_planned,
        case when rows_told.is_in_round then coalesce(this_breakdown.worth, each_breakdown.worth) end as worth
    from rows_told
    left join reference.publication_plan as this_breakdown
        on
            rows_told.territory_level = this_breakdown.territory_level
            and rows_told.period_grain = this_breakdown.period_grain
            and rows_told.breakdown = this_breakdown.breakdown
    left join reference.publication_plan as each_breakdown
        on
            rows_told.territory_level = each_breakdown.territory_level
            and rows_told.period_grain = each_breakdown.period_grain
            and each_breakdown.breakdown = '*'
),

special_groups as (
    select distinct
        quantity,
        breakdown
    from reference.protected_quantities
    where breakdown is not null
),

withheld as (
    select
        measures.indicator_code,
        measures.definition_version,
        measures.measure,
        fewest.value as fewest,
        fewest.valid_from,
        fewest.valid_until
    from reference.indicator_measures as measures
    inner join staging.stg_parameters as fewest on measures.least_denominator = fewest.parameter
),

numbers_told as (
    select
        planned.*,
        quantities.part,
        quantities.quantity,
        quantities.step,
        quantities.is_signed,
        quantities.attacked_with,
        case
            when quantities.breakdown is not null then quantities.breakdown
            when planned.breakdown = any(string_to_array(quantities.whole_in, ' ')) then 'total'
            else planned.breakdown
        end as cell_breakdown,
        case
            when quantities.breakdown is not null then quantities.breakdown_value
            when planned.breakdown = any(string_to_array(quantities.whole_in, ' ')) then 'total'
            else planned.breakdown_value
        end as cell_value,
        planned.is_planned or special_groups.quantity is not null as is_cell,
        withheld.fewest is not null as has_rule_of_its_own,
        coalesce(planned.denominator < withheld.fewest, false) as is_withheld,
        coalesce(
            case quantities.part when 'numerator' then planned.numerator else planned.denominator end, 0
        ) as number,
        case quantities.part
            when 'numerator' then planned.tells_numerator else planned.tells_denominator
        end as is_told,
        case measures.kind
            when 'stock' then 'at ' || planned.period_end::text
            else planned.period_grain || ' ' || planned.period_start::text
        end as cell_period
    from planned
    inner join reference.protected_quantities as quantities
        on
            planned.indicator_code = quantities.indicator_code
            and planned.definition_version = quantities.definition_version
            and planned.measure = quantities.measure
    inner join reference.indicator_measures as measures
        on
            planned.indicator_code = measures.indicator_code
            and planned.definition_version = measures.definition_version
            and planned.measure = measures.measure
    left join withheld
        on
            planned.indicator_code = withheld.indicator_code
            and planned.definition_version = withheld.definition_version
            and planned.measure = withheld.measure
            and planned.period_end >= withheld.valid_from
            and planned.period_end < withheld.valid_until
    left join special_groups
        on
            quantities.quantity = special_groups.quantity
            and planned.breakdown = special_groups.breakdown
),

-- Of what is no cell only the parts of sums are asked for.
numbers as (
    select *
    from numbers_told
    where is_cell or (territory_level = 'municipality' and number <> 0)
),

places_above as (
    select
        code as municipality_code,
        county_code as territory_code
    from reference.municipalities
    union all
    select
        municipalities.code as municipality_code,
        nation.code as territory_code
    from reference.municipalities as municipalities
    cross join reference.nation as nation
),

-- The first and the last municipality that adds to a sum. The same cell is said by several rows: each of them joined to
-- each part in all of its rows makes millions. (Materialized, for the planner takes a handful of rows here.)
parts as materialized (
    select
        places.territory_code,
        numbers.quantity,
        numbers.cell_period,
        numbers.cell_breakdown,
        numbers.cell_value,
        numbers.seen_at,
        numbers.seen_until,
        min(numbers.territory_code) as first_municipality,
        max(numbers.territory_code) as last_municipality
    from numbers
    inner join places_above as places on numbers.territory_code = places.municipality_code
    where numbers.territory_level = 'municipality' and numbers.number <> 0
    group by
        places.territory_code, numbers.quantity, numbers.cell_period, numbers.cell_breakdown, numbers.cell_value,
        numbers.seen_at, numbers.seen_until
),

-- Of a sum to which one municipality alone adds, that municipality knows everything: it is its own number. Its parts
-- are those that stood when it was seen, whenever they were first known: a revision tells of few of them anew.
contributors as (
    select
        sums.quantity,
        sums.cell_period,
        sums.cell_breakdown,
        sums.cell_value,
        sums.seen_at,
        sums.territory_code,
        min(parts.first_municipality) as sole
    from numbers as sums
    inner join parts
        on
            sums.territory_code = parts.territory_code
            and sums.quantity = parts.quantity
            and sums.cell_period = parts.cell_period
            and sums.cell_breakdown = parts.cell_breakdown
            and sums.cell_value = parts.cell_value
            and sums.seen_at >= parts.seen_at
            and coalesce(sums.seen_at < parts.seen_until, true)
    where sums.is_cell
    group by
        sums.quantity, sums.cell_period, sums.cell_breakdown, sums.cell_value, sums.seen_at, sums.territory_code
    having min(parts.first_municipality) = max(parts.last_municipality)
)

select
    numbers.indicator_code,
    numbers.measure,
    numbers.period_grain,
    numbers.period_start,
    numbers.territory_code,
    numbers.breakdown,
    numbers.breakdown_value,
    numbers.part,
    numbers.quantity,
    numbers.cell_period,
    numbers.territory_level,
    numbers.cell_breakdown,
    numbers.cell_value,
    numbers.number::float8 as number,
    nullif(numbers.seen_at, 'infinity') as seen_at,
    numbers.is_told,
    numbers.worth::float8 as worth,
    numbers.step::float8 as step,
    numbers.is_signed,
    numbers.attacked_with,
    extract(year from numbers.period_start)::integer as attacked_year,
    case numbers.territory_level when 'municipality' then numbers.territory_code else contributors.sole end as owner,
    case
        when numbers.has_rule_of_its_own then numbers.is_withheld
        when numbers.is_signed
            then
                (numbers.number <> 0 and abs(numbers.number) < %(threshold)s)
                or (numbers.denominator > 0 and numbers.denominator < %(threshold)s)
        else numbers.number > 0 and numbers.number < %(threshold)s
    end as is_small,
    case
        when numbers.has_rule_of_its_own then numbers.is_withheld and numbers.denominator > 0
        when numbers.is_signed then numbers.number <> 0 and abs(numbers.number) < %(threshold)s
        else numbers.number > 0 and numbers.number < %(threshold)s
    end as is_to_protect,
    numbers.has_rule_of_its_own as may_hide_zero
from numbers
left join contributors
    on
        numbers.quantity = contributors.quantity
        and numbers.cell_period = contributors.cell_period
        and numbers.cell_breakdown = contributors.cell_breakdown
        and numbers.cell_value = contributors.cell_value
        and numbers.seen_at = contributors.seen_at
        and numbers.territory_code = contributors.territory_code
where numbers.is_cell
