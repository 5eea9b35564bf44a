drop table if exists pg_temp.hidden_cells;
create temporary table hidden_cells (
    quantity text,
    cell_period text,
    territory_code text,
    cell_breakdown text,
    cell_value text,
    primary key (quantity, cell_period, territory_code, cell_breakdown, cell_value)
) on commit drop;
