-- Who read what is personal data of the reader's own: it is kept for so many days and no longer.
comment on table ops.reads is
'One row per statement of a person and table of core it read, of the last days that the parameter reads_kept_days says.
A number that is missing among them was taken back by its reader (rollback): the server''s log holds it all the same,
look there for "read of core".';
comment on column ops.reads.read_id is
'Runs without gaps from the oldest that is kept, but for what readers took back and what a crash of the server left
out.';
