-- A mail is a letter to one person, who is told every matter of the night in it; each matter is told a person once.

alter table ops.mails drop constraint mails_provider_code_period_kind_version_key;
alter table ops.mails drop constraint mails_state_check;
alter table ops.mails add constraint mails_state_check check (state in (
    'prepared', 'awaiting_approval', 'sending', 'sent', 'failed', 'held', 'bounced', 'given_up', 'no_contact'
));
alter table ops.mails add column message bytea;
alter table ops.mails add column clock_date date;
alter table ops.mails add column next_attempt_at timestamptz;
alter table ops.mails add column approved_by text;
create index mails_of_day on ops.mails (clock_date);
create index mails_unsent on ops.mails (state) where message is not null;

comment on table ops.mails is 'One row per mail: a letter to one person. What it tells stands in ops.mail_matters.';
comment on column ops.mails.kind is 'Kind of the first matter it tells.';
comment on column ops.mails.provider_code is
'Legal code of the provider its first matter is about; code of the municipality where that is a digest.';
comment on column ops.mails.period is 'The period its first matter is about; empty where that has none.';
comment on column ops.mails.version is 'Version of its first matter.';
comment on column ops.mails.state is
'prepared, awaiting_approval (of a mass mailing), sending, sent, failed (to be tried again), held (a trial installation
does not let it out), bounced, given_up (tried too long) or no_contact.';
comment on column ops.mails.message is 'The mail as it goes out; emptied once it has gone.';
comment on column ops.mails.clock_date is 'The day of the clock it was written by.';
comment on column ops.mails.next_attempt_at is 'Not tried again before; empty: at the next sending.';
comment on column ops.mails.approved_by is 'Who let a mass mailing go; empty: nobody was asked.';

create table ops.mail_matters (
    recipient text not null,
    kind text not null,
    provider_code text not null,
    period text not null,
    about text not null,
    version integer not null,
    mail_id bigint not null references ops.mails on delete cascade,
    told jsonb not null default '{}',
    words_sha256 text,
    primary key (recipient, kind, provider_code, period, about, version)
);
create index mail_matters_mail on ops.mail_matters (mail_id);
create index mail_matters_provider on ops.mail_matters (provider_code, kind, period);
comment on table ops.mail_matters is 'One row per person and matter told: none is told a person twice.';
comment on column ops.mail_matters.recipient is 'Address of the person; empty where nobody could be written to.';
comment on column ops.mail_matters.kind is 'What kind of matter it is.';
comment on column ops.mail_matters.provider_code is
'Legal code of the provider, or code of the municipality of a digest.';
comment on column ops.mail_matters.period is 'The period it is about; empty where it has none.';
comment on column ops.mail_matters.about is
'What of the provider and period: the delivery, or the dataset and the number of days; empty where that says it all.';
comment on column ops.mail_matters.version is 'Above 1 where somebody asked for it to be told anew.';
comment on column ops.mail_matters.mail_id is 'The mail that tells it.';
comment on column ops.mail_matters.told is
'Counts the mail gave, by slice, rule and field, and the score: the next mail says what has changed since.';
comment on column ops.mail_matters.words_sha256 is 'Hash of the words that tell it.';

insert into ops.mail_matters (recipient, kind, provider_code, period, about, version, mail_id)
select
    coalesce(addressed.recipient, '') as recipient,
    mails.kind,
    mails.provider_code,
    mails.period,
    '' as about,
    mails.version,
    mails.mail_id
from ops.mails as mails
left join lateral unnest(mails.recipients) as addressed (recipient) on true
where mails.state in ('sent', 'no_contact')
on conflict do nothing;
-- What was begun and not sent is written anew by the next night.
delete from ops.mails
where state not in ('sent', 'no_contact');

create table ops.mail_attempts (
    mail_id bigint not null references ops.mails on delete cascade,
    attempt integer not null,
    tried_at timestamptz not null default now(),
    outcome text not null check (outcome in ('sending', 'sent', 'outbox', 'refused', 'broken_off', 'unreachable')),
    detail text,
    primary key (mail_id, attempt)
);
comment on table ops.mail_attempts is 'One row per attempt to deliver a mail; one found in `sending` was cut off.';
comment on column ops.mail_attempts.mail_id is 'The mail.';
comment on column ops.mail_attempts.attempt is 'Number of the attempt, from 1.';
comment on column ops.mail_attempts.tried_at is 'When.';
comment on column ops.mail_attempts.outcome is
'sent (the server took it), outbox (laid down as a file), refused, broken_off, unreachable; sending: not known.';
comment on column ops.mail_attempts.detail is
'Kind of error and code of the server, never its words: they may quote an address.';

alter table ops.contacts add column invalid_since timestamptz;
alter table ops.contacts add column invalid_reason text;
comment on column ops.contacts.invalid_since is 'Since when no mail reaches the address; empty: it does.';
comment on column ops.contacts.invalid_reason is 'What the bounce said, as a status code: 5.1.1.';

create view ops.deliveries_told as
select
    deliveries.delivery_id,
    deliveries.provider_code,
    deliveries.dataset,
    deliveries.period,
    deliveries.file_name,
    deliveries.received_at,
    deliveries.verdict,
    deliveries.reason_code,
    deliveries.reason_detail,
    deliveries.is_nil,
    deliveries.rows_received,
    coalesce(deliveries.rows_loaded, 0) as rows_loaded,
    coalesce(deliveries.rows_quarantined, 0) as rows_quarantined,
    coalesce(deliveries.rows_duplicate, 0) as rows_duplicate,
    coalesce(jsonb_array_length(deliveries.reading_notes -> 'unknown_columns'), 0) as unknown_columns,
    coalesce((deliveries.reading_notes ->> 'total_rows')::integer, 0) as total_rows,
    (
        select count(*)
        from quality.row_issues as issues
        where issues.answered and issues.delivery_id = deliveries.delivery_id
    ) as answered
from ops.deliveries as deliveries
where deliveries.verdict <> 'received';
comment on view ops.deliveries_told is 'What a provider is told of a delivery that was judged: one row per delivery.';
comment on column ops.deliveries_told.delivery_id is 'The delivery.';
comment on column ops.deliveries_told.provider_code is 'Legal code of the provider; empty where the name did not say.';
comment on column ops.deliveries_told.dataset is 'The dataset; empty where the name did not say.';
comment on column ops.deliveries_told.period is 'The period; empty where the name did not say.';
comment on column ops.deliveries_told.file_name is 'Its name; empty where it was confirmed by command.';
comment on column ops.deliveries_told.received_at is 'When it was received.';
comment on column ops.deliveries_told.verdict is 'What was made of it.';
comment on column ops.deliveries_told.reason_code is 'Why it was rejected.';
comment on column ops.deliveries_told.reason_detail is 'What the reason points at, never a value of a person.';
comment on column ops.deliveries_told.is_nil is 'Whether it says that there is nothing to report.';
comment on column ops.deliveries_told.rows_received is 'Rows received: loaded, quarantined and duplicate together.';
comment on column ops.deliveries_told.rows_loaded is 'Rows loaded.';
comment on column ops.deliveries_told.rows_quarantined is 'Rows held back for errors.';
comment on column ops.deliveries_told.rows_duplicate is 'Rows that repeat another.';
comment on column ops.deliveries_told.unknown_columns is 'Columns left out since no field has their name.';
comment on column ops.deliveries_told.total_rows is 'Rows of totals left out.';
comment on column ops.deliveries_told.answered is 'Findings answered with a reason.';
