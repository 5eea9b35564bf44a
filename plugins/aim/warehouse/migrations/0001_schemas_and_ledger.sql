-- The ledger: what is expected, what came, what was made of it. Written by aim.ledger alone.

create schema ops;
create schema staging;
create schema identity;
create schema quality;
create schema reference;
create schema intermediate;
create schema core;
create schema marts;

create sequence ops.load_id;
comment on sequence ops.load_id is
'One number for each judgement of a delivery: names "this delivery with exactly these rows in".';

create table ops.runs (
    run_id bigint generated always as identity primary key,
    clock_date date not null,
    instant timestamptz not null,
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    stage_seconds jsonb not null default '{}',
    summary jsonb not null default '{}'
);
comment on table ops.runs is 'One row per night (run of the main job).';

create table ops.deliveries (
    delivery_id bigint generated always as identity primary key,
    provider_code text,
    dataset text,
    period text,
    period_start date,
    period_end date,
    municipality_code text,
    version integer,
    channel text not null check (channel in ('api', 'sftp', 'email', 'upload', 'command')),
    file_name text,
    sha256 text,
    received_at timestamptz not null,
    taken_at timestamptz not null default now(),
    judged_at timestamptz,
    verdict text not null check (verdict in (
        'received', 'rejected', 'accepted', 'accepted_with_findings', 'superseded', 'duplicate', 'withdrawn'
    )),
    accepted_as text check (accepted_as in ('accepted', 'accepted_with_findings')),
    reason_code text,
    reason_detail text,
    is_nil boolean not null default false,
    is_readable boolean not null default false,
    needs_judging boolean not null default false,
    load_id bigint,
    contract_version text,
    archive_name text,
    reading_notes jsonb not null default '{}',
    rows_received bigint not null default 0,
    rows_loaded bigint,
    rows_quarantined bigint,
    rows_duplicate bigint,
    constraint nothing_lost check (
        (rows_loaded is null and rows_quarantined is null and rows_duplicate is null and verdict = 'received')
        or rows_received = rows_loaded + rows_quarantined + rows_duplicate
    ),
    constraint reason_given check (verdict <> 'rejected' or reason_code is not null),
    constraint accepted_has_version check (
        verdict not in ('accepted', 'accepted_with_findings', 'superseded') or version is not null
    )
);
comment on table ops.deliveries is 'One row per file taken from the inbox, or nil return confirmed by command.';
comment on column ops.deliveries.accepted_as is
'What it was accepted as, kept while superseded, so that a withdrawal lets it speak again.';
comment on column ops.deliveries.is_readable is 'Read without rejection: name, header, columns, rows (P11).';
comment on column ops.deliveries.needs_judging is
'To be judged: newly received, or a slice that its rules look at has come or was replaced.';
comment on column ops.deliveries.load_id is 'The latest judgement: this delivery with exactly these rows in.';
comment on column ops.deliveries.reason_detail is
'What the reason points at (a column, a word of the file), never a value of a person.';
comment on column ops.deliveries.reading_notes is
'Counts of what reading left out or noticed: total rows, blank rows, unknown columns (names), encoding.';

-- The same file, met again after a kill between commit and removal, is not a second delivery.
create unique index deliveries_taken_once on ops.deliveries (file_name, channel, sha256, received_at)
where file_name is not null;
create unique index deliveries_one_speaks on ops.deliveries (provider_code, dataset, period)
where verdict in ('accepted', 'accepted_with_findings');
create unique index deliveries_version on ops.deliveries (provider_code, dataset, period, version);
create index deliveries_pending on ops.deliveries (dataset) where needs_judging;

create table ops.obligations (
    provider_code text not null,
    dataset text not null,
    period text not null,
    period_start date not null,
    period_end date not null,
    municipality_code text,
    ready_on date not null,
    due_on date not null,
    status text not null check (status in (
        'not_due', 'on_time', 'late', 'confirmed_empty', 'rejected', 'not_received', 'waived'
    )),
    delivery_id bigint references ops.deliveries,
    first_accepted_at timestamptz,
    primary key (provider_code, dataset, period)
);
comment on table ops.obligations is
'One row per slice expected from registry and calendar up to the clock''s date. municipality_code null: national.';

create table ops.contacts (
    contact_id bigint generated always as identity primary key,
    provider_code text not null,
    email text not null,
    name text,
    role text not null default 'provider',
    dataset text,
    substitute_email text,
    is_valid boolean not null default true,
    unique nulls not distinct (provider_code, email, role, dataset)
);
comment on table ops.contacts is 'Who gets which mail. dataset null: all of the provider''s.';

create table ops.waivers (
    provider_code text not null,
    dataset text not null,
    period text not null,
    reason text not null,
    until date not null,
    granted_at timestamptz not null default now(),
    primary key (provider_code, dataset, period)
);
comment on table ops.waivers is 'A slice not asked for until a date, with the reason.';

create table ops.run_slices (
    run_id bigint not null references ops.runs,
    provider_code text not null,
    dataset text not null,
    period text not null,
    period_start date not null,
    period_end date not null,
    municipality_code text,
    delivery_id bigint not null references ops.deliveries,
    load_id bigint not null,
    primary key (run_id, provider_code, dataset, period)
);
create index run_slices_delivery on ops.run_slices (run_id, delivery_id);
comment on table ops.run_slices is
'The accepted delivery that speaks for each slice in a run: every staging model reads through it.';

create table ops.fact_loads (
    model text not null,
    load_id bigint not null,
    primary key (model, load_id)
);
comment on table ops.fact_loads is
'Which judgements an incremental fact holds; written in the same transaction as the fact, by its dbt strategy.';

create table ops.releases (
    release_id bigint generated always as identity primary key,
    run_id bigint not null references ops.runs,
    kind text not null check (kind in ('first', 'revision')),
    clock_date date not null,
    released_at timestamptz not null,
    indicator_periods integer not null,
    values_new bigint not null,
    values_changed bigint not null
);
comment on table ops.releases is 'One row per release round, an empty revision included.';

create table ops.released_periods (
    indicator_code text not null,
    period_grain text not null,
    period_start date not null,
    first_release_id bigint not null references ops.releases,
    last_release_id bigint not null references ops.releases,
    primary key (indicator_code, period_grain, period_start)
);

create table ops.mails (
    mail_id bigint generated always as identity primary key,
    kind text not null,
    provider_code text not null,
    period text not null,
    version integer not null,
    message_id text not null unique,
    recipients text[] not null,
    subject text not null,
    state text not null check (state in ('prepared', 'sending', 'sent', 'failed', 'no_contact')),
    run_id bigint references ops.runs,
    prepared_at timestamptz not null default now(),
    sent_at timestamptz,
    body_sha256 text not null,
    attempts integer not null default 0,
    unique (provider_code, period, kind, version)
);
comment on table ops.mails is 'One row per mail: sent once per provider, period, kind and version.';

create table identity.child_key (
    key_version integer not null,
    code_hmac bytea not null,
    vaiko_id uuid not null,
    primary key (key_version, code_hmac)
);
create index child_key_child on identity.child_key (vaiko_id);
comment on table identity.child_key is
'HMAC of a personal code (or of provider and temporary number), secret kept outside -> the child''s opaque key.';

create table quality.batch (
    delivery_id bigint primary key references ops.deliveries,
    dataset text not null,
    provider_code text not null,
    period text not null,
    period_start date not null,
    period_end date not null,
    municipality_code text,
    waits_for text[] not null default '{}'
);
comment on table quality.batch is
'The deliveries being judged now. waits_for: datasets whose slice of the same period has not come.';

create table quality.row_issues (
    delivery_id bigint not null references ops.deliveries,
    row_number integer not null,
    rule_code text not null,
    field text not null default '',
    out boolean not null,
    primary key (delivery_id, row_number, rule_code, field)
);
create index row_issues_out on quality.row_issues (delivery_id, row_number) where out;
comment on table quality.row_issues is
'One row per row and rule broken, never a value. field: empty where it is about the whole row. out: quarantined.';

create table quality.check_results (
    run_id bigint not null references ops.runs,
    delivery_id bigint references ops.deliveries,
    rule_code text not null,
    status text not null check (status in ('passed', 'failed', 'errored', 'not_applicable')),
    severity text not null,
    responsibility text not null,
    dimension text not null,
    checked bigint not null default 0,
    failed bigint not null default 0,
    reason text,
    is_current boolean not null default true
);
create index check_results_delivery on quality.check_results (delivery_id, rule_code) where is_current;
create index check_results_run on quality.check_results (run_id);
comment on table quality.check_results is
'One row per delivery and rule judged (delivery_id null: a promise of our own build). is_current: latest judgement.';

create table quality.reasons (
    delivery_id bigint not null references ops.deliveries,
    rule_code text not null,
    row_number integer,
    reason text not null,
    given_at timestamptz not null default now(),
    unique nulls not distinct (delivery_id, rule_code, row_number)
);
comment on table quality.reasons is 'Why a query is right as it is, in the provider''s own words.';

create view ops.speaking_deliveries as
select
    delivery_id,
    provider_code,
    dataset,
    period,
    period_start,
    period_end,
    municipality_code,
    load_id,
    is_nil
from ops.deliveries
where verdict in ('accepted', 'accepted_with_findings');
comment on view ops.speaking_deliveries is 'The current accepted delivery of each slice: it alone speaks for it.';
