-- What an attack asked is kept, so that what was proved safe is not proved again in each month's revision.

alter table ops.attacks add column question text;
comment on column ops.attacks.question is
'Digest of what was attacked: numbers, what binds them, what is hidden, threshold, program.';
create index attacks_question on ops.attacks (question);
