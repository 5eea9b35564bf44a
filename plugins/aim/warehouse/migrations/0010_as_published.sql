-- "What did we publish on day X" as one question. A value is known from its release to the moment another took its
-- place: known_from <= moment < known_to. On a day is: at its end, in Vilnius.

create function core.as_published(on_day date) returns setof core.indicator_values
language sql stable parallel safe
as $$
    select *
    from core.indicator_values
    where
        known_from < (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
        and (known_to is null or known_to >= (on_day + 1)::timestamp at time zone 'Europe/Vilnius')
$$;
comment on function core.as_published(date) is
'The released values, unsuppressed, as they stood at the end of a day (Europe/Vilnius). Columns of indicator_values.';

create function marts.as_published(on_day date) returns setof marts.indicator_values
language sql stable parallel safe
as $$
    select *
    from marts.indicator_values
    where
        known_from < (on_day + 1)::timestamp at time zone 'Europe/Vilnius'
        and (known_to is null or known_to >= (on_day + 1)::timestamp at time zone 'Europe/Vilnius')
$$;
comment on function marts.as_published(date) is
'What was published at the end of a day (Europe/Vilnius): select * from marts.as_published(date ''2018-11-30'').';
