-- How providers delivered in the years before: what the last year says, again and again.
insert into marts.collection_trend
select (
    jsonb_populate_record(
        trend, jsonb_build_object('month_start', (trend.month_start - make_interval(years => back))::date)
    )
).*
from marts.collection_trend as trend
cross join generate_series(1, %(years)s - 1) as back
where extract(year from trend.month_start) = %(last_year)s
on conflict do nothing
