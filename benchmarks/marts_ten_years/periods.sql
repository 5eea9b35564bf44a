-- The periods of the years before the last whole one, each a copy of the last year's with its own dates and names.
insert into marts.dim_period (
    period_grain, period_start, period_end, period, period_year, label_lt, label_en, is_over
)
select
    last_year.period_grain,
    (last_year.period_start - make_interval(years => back))::date as period_start,
    (last_year.period_end + 1 - make_interval(years => back))::date - 1 as period_end,
    replace(last_year.period, last_year.period_year::text, year.text) as period,
    last_year.period_year - back as period_year,
    replace(last_year.label_lt, last_year.period_year::text, year.text) as label_lt,
    replace(last_year.label_en, last_year.period_year::text, year.text) as label_en,
    true as is_over
from marts.dim_period as last_year
cross join generate_series(1, %(years)s - 1) as back
cross join lateral (select (last_year.period_year - back)::text as text) as year
where last_year.period_year = %(last_year)s
on conflict do nothing
