-- What was proved is kept by what hangs together, not by group and year: a new month leaves the year's other months
-- alone. What was proved as a whole says nothing of its parts and is asked once more.

create table ops.proofs (
    question text primary key,
    release_id bigint not null references ops.releases
);
comment on table ops.proofs is
'What an attack before a round asked and found nothing of: hidden numbers that hang together.';
comment on column ops.proofs.question is
'Digest of what was attacked: numbers, what binds them, what is hidden, threshold, program.';
comment on column ops.proofs.release_id is 'The round before which it was proved first.';

drop index ops.attacks_question;
alter table ops.attacks drop column question;

alter table ops.attacks add column method text;
comment on column ops.attacks.method is
'Digest of how it was hidden and attacked: program, reference files, threshold.';
