-- What Postgres lets everybody do and no reader of ours needs: locks by number, with which a night could be held up,
-- and large objects, which are storage. The functions are the server's own, so only a superuser may take them away.
do $$
declare
    door regprocedure;
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    for door in
        select oid
        from pg_proc
        where
            pronamespace = 'pg_catalog'::regnamespace
            and proname ~ '^(pg_(try_)?advisory_(xact_)?lock(_shared)?|lo_creat|lo_create|lo_from_bytea)$'
    loop
        execute format('revoke all on function %s from public', door);
        if door::text ~ 'advisory' then
            execute format(
                'grant execute on function %s to aim_loader, aim_transformer, aim_publisher, aim_mailer', door
            );
        end if;
    end loop;
end
$$;
