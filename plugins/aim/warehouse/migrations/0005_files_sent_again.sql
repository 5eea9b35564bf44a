-- Whether a file taken still lies in the inbox. One that left it and is met there again under its old stamp (copied
-- with its times kept) was sent again: a delivery of its own, and not what a kill left behind.
alter table ops.deliveries add column left_inbox boolean not null default false;
comment on column ops.deliveries.left_inbox is
'The file was taken out of the inbox, or given by hand; false from the commit to the removal.';

drop index ops.deliveries_taken_once;
create unique index deliveries_taken_once on ops.deliveries (file_name, channel, sha256, received_at)
where file_name is not null and not left_inbox;
create index deliveries_of_file on ops.deliveries (sha256);
