-- Ten years of published values are found without reading them all: what stood on a day, and one territory's own; and
-- they say what they are in both languages.

-- "What stood on a day" is what still stands and what ended later. Asked as one condition, no index could answer it.
create index indicator_values_ended on core.indicator_values (
    indicator_code, measure, period_grain, territory_code, period_start
) where known_to is not null;
create index indicator_values_ended on marts.indicator_values (
    indicator_code, measure, period_grain, territory_code, period_start
) where known_to is not null;

-- Not parallel: under core's row security lies an audit that writes.
create or replace function core.as_published(on_day date) returns setof core.indicator_values
language sql stable parallel unsafe
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

-- What is published is told in both languages. The words are those of dbt_project/docs/columns.md, held alike by a
-- test: dbt says them of the tables that it makes.
comment on table marts.indicator_values is
'One row per indicator, measure, period, territory and breakdown value, and time it was so known; known_to empty: now.

Viena eilutė – vienas rodiklis, matas, laikotarpis, teritorija ir skaidymo reikšmė, ir laikas; known_to tuščia – dabar.';
comment on column marts.indicator_values.indicator_code is
'Code of the indicator, S01 to S11 and P01 to P11.

Rodiklio kodas, nuo S01 iki S11 ir nuo P01 iki P11.';
comment on column marts.indicator_values.measure is
'main, or the measure as the methodology names it.

main arba matas, kaip jį vadina metodika.';
comment on column marts.indicator_values.definition_version is
'Version of the indicator''s definition.

Rodiklio apibrėžties versija.';
comment on column marts.indicator_values.period_grain is
'Length of the period: month, quarter, half_year or year.

Laikotarpio trukmė: month (mėnuo), quarter (ketvirtis), half_year (pusmetis) arba year (metai).';
comment on column marts.indicator_values.period_start is
'First day of the period.

Pirma laikotarpio diena.';
comment on column marts.indicator_values.period_end is
'Last day of the period.

Paskutinė laikotarpio diena.';
comment on column marts.indicator_values.territory_level is
'municipality, county or nation.

municipality (savivaldybė), county (apskritis) arba nation (šalis).';
comment on column marts.indicator_values.territory_code is
'Code of the municipality or county; 00 is the nation.

Savivaldybės arba apskrities kodas; 00 – visa šalis.';
comment on column marts.indicator_values.breakdown is
'What the value is broken down by; total: not at all.

Pagal ką reikšmė išskaidyta; total – neskaidyta.';
comment on column marts.indicator_values.breakdown_value is
'Value of the breakdown; total in the total row.

Skaidymo reikšmė; bendroje eilutėje – total.';
comment on column marts.indicator_values.numerator is
'Numerator; empty where missing (status M) or hidden.

Skaitiklis; tuščia, kai duomenų nėra (būsena M) arba reikšmė paslėpta.';
comment on column marts.indicator_values.denominator is
'Denominator; empty where there is none, unknown, missing or hidden.

Vardiklis; tuščia, kai jo nėra, jis nežinomas, duomenų nėra arba reikšmė paslėpta.';
comment on column marts.indicator_values.value is
'Numerator over denominator in the unit, unrounded; empty where there is none, missing or hidden.

Skaitiklis, padalytas iš vardiklio, nurodytu vienetu, nesuapvalintas; tuščia, kai reikšmės ar duomenų nėra arba reikšmė paslėpta.';
comment on column marts.indicator_values.unit is
'Unit of the value.

Reikšmės vienetas.';
comment on column marts.indicator_values.coverage_pct is
'Share of the expected slices that are accepted or confirmed empty, percent; empty where nothing is expected.

Aprėptis: kokia laukiamų pjūvių dalis priimta arba patvirtinta kaip tušti, procentais; tuščia, kai nieko nelaukiama.';
comment on column marts.indicator_values.obs_status is
'A normal, B first period after a break, E estimated denominator, P provisional, M missing.

A – įprasta, B – pirmas laikotarpis po lūžio, E – vardiklis įvertintas, P – negalutinė, M – duomenų nėra.';
comment on column marts.indicator_values.released_in is
'The release round that said it.

Paskelbimas, kuris tai pasakė.';
comment on column marts.indicator_values.known_from is
'Instant from which on this was what we had published.

Akimirka, nuo kurios tai buvo mūsų paskelbta reikšmė.';
comment on column marts.indicator_values.known_to is
'Half-open end of that; empty: it is now.

Atviras to galas; tuščia – tebėra.';
comment on column marts.indicator_values.conf_status is
'F free for publication; C confidential: what is hidden is empty, never 0.

F – skelbiama; C – konfidenciali: kas paslėpta, yra tuščia, o ne 0.';
