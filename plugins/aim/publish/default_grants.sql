-- A table or view that is dropped and made again bears these grants from its first moment, whichever of ours makes it.
alter default privileges for role {makers} in schema marts
grant select on tables to aim_bi, aim_municipality, aim_analyst, aim_operator, aim_mailer, aim_publisher;
alter default privileges for role {makers} in schema reference
grant select on tables to aim_operator, aim_mailer, aim_loader, aim_publisher;
alter default privileges for role {makers} in schema intermediate, core grant select on tables to aim_publisher;
