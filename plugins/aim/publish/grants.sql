-- What each role reaches, and nothing else: whatever it had was taken back in the same transaction.

-- What is published, for whoever reads.
grant usage on schema marts to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer, aim_publisher;
grant select on all tables in schema marts
to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer, aim_publisher;
grant execute on all routines in schema marts
to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer, aim_publisher;

-- Each table of `core` is granted to its readers where its row security is, see secured_tables.sql.
grant usage on schema core to aim_municipality, aim_analyst, aim_mailer;
grant execute on all routines in schema core to aim_municipality, aim_analyst;
grant execute on function ops.note_read to aim_municipality, aim_analyst;

-- The ledger and what the checks found, without values; who read what of core.
grant usage on schema ops, quality, reference to aim_operator, aim_mailer;
grant select on all tables in schema ops, quality, reference to aim_operator, aim_mailer;

-- Lands, checks, keeps the ledger: the only one that sees which key a personal code has.
grant usage, create on schema staging, quality to aim_loader;
grant usage on schema ops, identity, reference to aim_loader;
grant all on all tables in schema staging, quality to aim_loader;
grant select, insert, update, delete on all tables in schema ops, identity to aim_loader;
grant all on ops.run_slices to aim_loader;
grant select on all tables in schema reference to aim_loader;
grant usage on all sequences in schema ops, quality to aim_loader;

-- Builds: makes and drops what lies in its schemas, reads what landed and the ledger, but for whom mails go to.
grant usage, create on schema staging, reference, intermediate, core, marts to aim_transformer;
grant usage on schema ops, quality to aim_transformer;
grant all on all tables in schema reference, intermediate, core, marts to aim_transformer;
grant select on all tables in schema staging, ops, quality to aim_transformer;
revoke select on ops.contacts, ops.mails, ops.reads from aim_transformer;
grant insert, delete on ops.fact_loads to aim_transformer;
grant insert, update, delete on quality.check_results to aim_transformer;

-- Publishes: reads what was computed, writes what migrations made in core and marts (see roles.py).
grant usage on schema ops, staging, reference, intermediate, core to aim_publisher;
grant select on all tables in schema ops, reference, intermediate, core to aim_publisher;
revoke select on ops.contacts, ops.mails, ops.reads from aim_publisher;
grant insert, update on ops.releases, ops.released_periods to aim_publisher;
grant insert on ops.attacks, ops.proofs to aim_publisher;

-- Writes to providers.
grant update on ops.contacts to aim_mailer;

-- Nobody but the operator sees who read, and nobody writes it by hand.
revoke all on ops.reads from aim_loader, aim_mailer;
revoke all on sequence ops.reads_read_id_seq from aim_loader;
