-- What was erased, what is to be, and what the ledger still says of it. Nothing here tells whom it was about.

alter table ops.deliveries add column rows_erased bigint not null default 0;
comment on column ops.deliveries.rows_erased is
'Rows taken out since by erasure: as it came it had rows_received + rows_erased. The other counts are without them.';
alter table ops.deliveries add column rows_erased_out bigint not null default 0;
comment on column ops.deliveries.rows_erased_out is
'Of the rows erased, those a rule had taken out: judged again, the delivery is measured as it came.';
alter table ops.deliveries add column rows_erased_duplicate bigint not null default 0;
comment on column ops.deliveries.rows_erased_duplicate is 'Of the rows erased, those that repeated another.';
alter table ops.deliveries add column original_erased text check (original_erased in ('rows', 'whole'));
comment on column ops.deliveries.original_erased is
'rows: the archive holds the file without the rows erased; whole: the file is gone; empty: it is as it came.';
alter table ops.deliveries add column retired_at timestamptz;
comment on column ops.deliveries.retired_at is
'When retention took its rows and its original away; counts, verdict and results stay as they were.';
alter table ops.deliveries add constraint erased_is_counted check (
    rows_erased >= rows_erased_out + rows_erased_duplicate and least(rows_erased_out, rows_erased_duplicate) >= 0
);
-- Rows that are gone cannot be judged: whoever marks a delivery for it must pass these over.
alter table ops.deliveries add constraint retired_asks_nothing check (
    retired_at is null or not (needs_judging or needs_comparing)
);
create index deliveries_of_original on ops.deliveries (archive_name);

create table ops.erasures (
    erasure_id bigint generated always as identity primary key,
    asked_at timestamptz not null default now(),
    finished_at timestamptz,
    key_version integer,
    subject_hmac bytea,
    tables text[] not null default '{}',
    counts jsonb not null default '{}',
    constraint finished_names_nobody check (finished_at is null or subject_hmac is null)
);
comment on table ops.erasures is 'One row per child forgotten by command. While it is under way, known by its digest.';
comment on column ops.erasures.erasure_id is 'Number of the erasure.';
comment on column ops.erasures.asked_at is 'When it was first asked for.';
comment on column ops.erasures.finished_at is 'When the last trace was gone; empty: to be run again.';
comment on column ops.erasures.key_version is 'Version of the key of the digest.';
comment on column ops.erasures.subject_hmac is 'Digest of the code, by which the same command finds it; then empty.';
comment on column ops.erasures.tables is 'Tables that rows went from, to be written anew at the end.';
comment on column ops.erasures.counts is 'How many deliveries, rows and originals it touched.';

create table ops.retentions (
    before_date date primary key,
    asked_at timestamptz not null default now(),
    finished_at timestamptz,
    counts jsonb not null default '{}'
);
comment on table ops.retentions is
'One row per retention: what ended before the date is held no more. The latest date is in force.';
comment on column ops.retentions.before_date is 'Slices whose period ended before this day are gone.';
comment on column ops.retentions.asked_at is 'When it was first asked for.';
comment on column ops.retentions.finished_at is 'When the last of it was gone; empty: killed on the way.';
comment on column ops.retentions.counts is 'How many deliveries, rows, originals and children went.';

create table ops.erased_originals (
    file_hmac bytea primary key,
    erased_at timestamptz not null default now()
);
comment on table ops.erased_originals is
'Files of which rows were erased, as they came: sent again, the same bytes are refused.';
comment on column ops.erased_originals.file_hmac is
'HMAC of the file''s SHA-256 under a key of the secret file: the hash alone would let a short file be guessed.';
comment on column ops.erased_originals.erased_at is 'When.';

create table ops.doomed_originals (
    archive_name text primary key,
    doomed_at timestamptz not null default now()
);
comment on table ops.doomed_originals is
'Files of the archive that are to be destroyed and may still be there: empty but for a moment, or after a kill.';
comment on column ops.doomed_originals.archive_name is 'Name in the archive.';
comment on column ops.doomed_originals.doomed_at is 'When another took its place, or none.';

create function ops.added_up(one jsonb, other jsonb) returns jsonb
language sql immutable parallel safe
as $$
    select coalesce(jsonb_object_agg(summed.name, summed.total), '{}')
    from (
        select
            counted.key as name,
            sum(counted.value::bigint) as total
        from (
            select * from jsonb_each_text(one)
            union all
            select * from jsonb_each_text(other)
        ) as counted
        group by counted.key
    ) as summed
$$;
comment on function ops.added_up(jsonb, jsonb) is 'Counts by name, those of the same name added up.';

create index row_issues_of_delivery on quality.row_issues (of_delivery) where of_delivery is not null;
