-- Ten years of published values are found without reading them all: what stood on a day, and one territory's own.

-- "What stood on a day" is what still stands and what ended later. Asked as one condition, no index could answer it.
create index indicator_values_ended on core.indicator_values (
    indicator_code, measure, period_grain, territory_code, period_start
) where known_to is not null;
create index indicator_values_ended on marts.indicator_values (
    indicator_code, measure, period_grain, territory_code, period_start
) where known_to is not null;

create or replace function core.as_published(on_day date) returns setof core.indicator_values
language sql stable parallel safe
as $$
    select *
    from core.indicator_values
    where
        known_to is null
        and known_from < (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
    union all
    select *
    from core.indicator_values
    where
        known_to >= (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
        and known_from < (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
$$;

create or replace function marts.as_published(on_day date) returns setof marts.indicator_values
language sql stable parallel safe
as $$
    select *
    from marts.indicator_values
    where
        known_to is null
        and known_from < (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
    union all
    select *
    from marts.indicator_values
    where
        known_to >= (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
        and known_from < (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
$$;

-- A municipality's page asks for all of one territory, and a Postgres before 18 reads the unique index whole for that.
-- Few keys, each with many values: this one is small.
create index indicator_values_of_territory on marts.indicator_values (
    territory_code, period_grain, period_start
) where known_to is null;

comment on schema ops is 'The ledger: what is expected, what came, what became of it.';
comment on schema staging is
'The landed extracts, tokenised, under their Lithuanian names; and the stg_ views over them, in English.';
comment on schema identity is 'Keyed hashes of personal codes and the keys they were given; for the loader alone.';
comment on schema quality is 'What the checks found: rows, fields and rules, no values.';
comment on schema reference is 'Reference files and registry: places, codes, definitions, parameters.';
comment on schema intermediate is 'Pieces that indicators share, and the indicators one by one.';
comment on schema core is 'The star schema, the indicators and the quality of collection, nothing hidden.';
comment on schema marts is 'What is published, small numbers hidden: what BI tools read.';
