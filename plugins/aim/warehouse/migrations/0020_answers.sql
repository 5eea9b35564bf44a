-- Lists of findings that come back with reasons: which came, and what was made of each. The list itself is not kept:
-- its reasons stand in quality.reasons, and an annotated copy returned holds data of persons.

create table ops.answers (
    answer_id bigint generated always as identity primary key,
    channel text not null,
    file_name text not null,
    digest text not null,
    received_at timestamptz not null,
    taken_at timestamptz not null default now(),
    left_inbox boolean not null default false,
    provider_code text not null,
    dataset text not null,
    period text not null,
    delivery_id bigint not null,
    verdict text not null check (verdict in ('taken', 'refused')),
    reason_code text,
    findings integer not null default 0,
    elsewhere integer not null default 0,
    outcomes jsonb not null default '{}',
    check ((verdict = 'refused') = (reason_code is not null))
);
create index answers_of_provider on ops.answers (provider_code, received_at);
create index answers_by_file on ops.answers (file_name, digest);
comment on table ops.answers is
'One row per list of findings that came back, from the inbox or by command. It is no delivery: its rows are in no sum.';
comment on column ops.answers.answer_id is 'The answer.';
comment on column ops.answers.channel is 'How it came: api, sftp, email or upload.';
comment on column ops.answers.file_name is 'Its name; what was added to the name of the list is starred out.';
comment on column ops.answers.digest is 'What its bytes are known by: a keyed hash, for the file is not kept.';
comment on column ops.answers.received_at is 'The inbox''s own time stamp of the file.';
comment on column ops.answers.taken_at is 'When it was taken.';
comment on column ops.answers.left_inbox is 'Whether it is known to have left the inbox: met again, it was sent again.';
comment on column ops.answers.provider_code is 'Legal code of the provider, by its name.';
comment on column ops.answers.dataset is 'The dataset, by its name.';
comment on column ops.answers.period is 'The period, by its name.';
comment on column ops.answers.delivery_id is 'The delivery it is about, by its name; there may be none.';
comment on column ops.answers.verdict is 'taken or refused as a whole.';
comment on column ops.answers.reason_code is 'Why it was refused as a whole.';
comment on column ops.answers.findings is 'Findings of the delivery that it explained and that were open until then.';
comment on column ops.answers.elsewhere is 'The same findings in other files of the provider, explained with them.';
comment on column ops.answers.outcomes is
'What became of its rows: outcome -> how many, and the numbers of the first of them in the list.';

alter table quality.reasons add column answer_id bigint references ops.answers;
comment on column quality.reasons.answer_id is 'The list it came with; empty: given by command.';
