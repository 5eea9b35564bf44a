-- What each role reaches, and nothing else: whatever it had was taken back in the same transaction.
-- In `core` people's roles are granted each table by what made it, together with its row security.

-- What is published, for whoever reads.
grant usage on schema marts to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer, aim_publisher;
grant select on all tables in schema marts to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer;
grant execute on all routines in schema marts to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer;
-- A table or view that dbt drops and makes again bears this grant from its first moment.
alter default privileges in schema marts
grant select on tables to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer;

-- The ledger and what the checks found, without values.
grant usage on schema ops, quality, reference to aim_operator, aim_mailer;
grant select on all tables in schema ops, quality, reference to aim_operator, aim_mailer;
alter default privileges in schema ops, quality, reference grant select on tables to aim_operator, aim_mailer;
