-- Who reads which rows of `core`, and that it is put on record.

create table ops.reads (
    read_id bigint generated always as identity primary key,
    read_at timestamptz not null default clock_timestamp(),
    login text not null,
    application text,
    client_address inet,
    relation text not null,
    statement text not null
);
create index reads_at on ops.reads (read_at);
comment on table ops.reads is
'One row per statement of a person and table of core it read. A number that is missing was taken back by its reader
(rollback): the server''s log holds it all the same, look there for "read of core".';
comment on column ops.reads.read_id is
'Runs without gaps, but for what readers took back and what a crash of the server left out.';
comment on column ops.reads.read_at is 'When the statement began to read the table.';
comment on column ops.reads.login is 'Who had logged in, whatever role was taken on after that.';
comment on column ops.reads.application is 'What the reading program calls itself; it may say what it likes.';
comment on column ops.reads.client_address is 'Where the connection came from; empty: from the server itself.';
comment on column ops.reads.relation is 'The table of core that was read, or through which rows of another were found.';
comment on column ops.reads.statement is
'What was asked, up to 2,000 characters, with eleven digits that could be a personal code left out.';

-- Policies ask for it, once for each table of a statement, before the first row is seen. What it inserts goes if the
-- reader rolls back; the number it drew and the line in the server's log stay. No reader can turn that off: settings
-- of that log are the administrator's. As the owner, for no reader reaches the table.
create function ops.note_read(relation text) returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Not the server's own log of statements: that one would hold what a reader typed by mistake, codes too.
    personal_code constant text := '\d([ .-]?\d){10}';
    asked text := left(regexp_replace(current_query(), personal_code, '***********', 'g'), 2000);
    program text := regexp_replace(current_setting('application_name'), personal_code, '***********', 'g');
    number bigint;
begin
    if current_setting('transaction_read_only')::boolean then
        raise exception 'What is read of core is put on record: read in a transaction that is not read only.'
        using errcode = 'read_only_sql_transaction';
    end if;
    insert into ops.reads (login, application, client_address, relation, statement)
    values (session_user, program, inet_client_addr(), relation, asked)
    returning read_id into number;
    raise log 'read of core % by %: %: %', number, session_user, relation, asked;
    return true;
end
$$;
comment on function ops.note_read(text) is
'Puts on record that the statement reads a table of core; always true, as part of a row security policy.';
revoke all on function ops.note_read(text) from public;

-- The municipality is told by the role alone, which a municipal login cannot choose; null for everybody else.
create function core.own_municipality() returns text
language sql stable parallel safe
return substring(current_user::text from '^aim_sav_(.+)$');
comment on function core.own_municipality() is
'Code of the municipality whose login reads; null for any other role.';

-- What belongs to a municipality through another table. Bodies of text: dbt drops and makes those tables each night,
-- and what refers to one would go with it. Operators by schema: no search path may put another in their place.
set local check_function_bodies = off;

create function core.own_children() returns setof uuid
language sql stable
as $$
    select child_id
    from core.bridge_child_municipality
    where municipality_code operator(pg_catalog.=) (select core.own_municipality())
$$;
comment on function core.own_children() is 'Children with a row of any dataset in the reader''s municipality.';

create function core.own_providers() returns setof text
language sql stable
as $$
    select provider_code
    from core.dim_provider
    where municipality_code operator(pg_catalog.=) (select core.own_municipality())
$$;
comment on function core.own_providers() is 'Providers of the reader''s municipality.';

create function core.own_deliveries() returns setof bigint
language sql stable
as $$
    select delivery_id
    from core.fct_delivery
    where municipality_code operator(pg_catalog.=) (select core.own_municipality())
$$;
comment on function core.own_deliveries() is 'Deliveries of the providers of the reader''s municipality.';

create function core.own_assessments() returns table (provider_code text, assessment_number text)
language sql stable
as $$
    select provider_code, assessment_number
    from core.fct_assessment
    where municipality_code operator(pg_catalog.=) (select core.own_municipality())
$$;
comment on function core.own_assessments() is 'Assessments of cases of the reader''s municipality.';

-- The tables of core that dbt makes get the same from its macro row_security.
alter table core.indicator_values enable row level security;
alter table core.indicator_values force row level security;
-- What notes a read inserts, which no parallel worker may.
alter function core.as_published(date) parallel unsafe;
create policy pipeline on core.indicator_values
to aim_transformer, aim_publisher, current_user using (true) with check (true);
create policy own_rows on core.indicator_values for select
to aim_municipality using (
    (select ops.note_read('indicator_values')) and territory_code = (select core.own_municipality())
);
create policy all_rows on core.indicator_values for select
to aim_analyst using ((select ops.note_read('indicator_values')));
grant select on core.indicator_values to aim_municipality, aim_analyst;
