-- A statement whose client was killed must not run on and hold its locks against the next night.
do $$
begin
    execute format('alter database %I set client_connection_check_interval = ''1s''', current_database());
end
$$;
