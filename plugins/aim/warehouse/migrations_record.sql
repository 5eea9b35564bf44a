-- Which migrations this database has.
create table if not exists ops.migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);
