-- One row per cell and time it was seen, over former releases and the round: what is attacked together in one year.
select
    quantity,
    cell_period,
    territory_level,
    territory_code,
    cell_breakdown,
    cell_value,
    seen_at,
    max(number) as number,
    bool_or(is_told) as is_told,
    max(worth) as worth,
    max(owner) as owner,
    min(step) as step,
    bool_or(is_signed) as is_signed,
    bool_or(is_small) as is_small,
    bool_or(is_to_protect) as is_to_protect,
    bool_or(may_hide_zero) as may_hide_zero
from (
    select * from round_cells
    union all
    select * from former_cells
) as cells
where
    attacked_with = %(attacked_with)s
    and attacked_year = %(attacked_year)s
group by quantity, cell_period, territory_level, territory_code, cell_breakdown, cell_value, seen_at
order by quantity, cell_period, territory_code, cell_breakdown, cell_value, seen_at
