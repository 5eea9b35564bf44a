drop table if exists pg_temp.periods_in_round;
create temporary table periods_in_round (
    indicator_code text,
    period_grain text,
    period_start date,
    primary key (indicator_code, period_grain, period_start)
) on commit drop;
