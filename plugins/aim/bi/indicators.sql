-- One row per indicator by its definition in force, with its wide view and the shortest of its periods beyond a month.
select distinct on (cards.indicator_code)
    cards.indicator_code as code,
    cards.name_lt as name,
    cards.measure_lt as measure,
    cards.unit_lt as unit,
    cards.area,
    views.relname as view,
    shortest.period_grain as grain
from marts.dim_indicator as cards
inner join pg_class as views
    on
        views.relnamespace = 'marts'::regnamespace
        and views.relkind = 'v'
        and starts_with(views.relname, lower(cards.indicator_code) || '_')
cross join
    lateral (
        select indicator_grains.period_grain
        from reference.indicator_grains
        inner join marts.dim_period_grain as grains on indicator_grains.period_grain = grains.period_grain
        where
            indicator_grains.indicator_code = cards.indicator_code
            and grains.months > 1
        order by grains.months
        limit 1
    ) as shortest
where cards.measure = 'main'
order by cards.indicator_code asc, cards.valid_from desc nulls last
