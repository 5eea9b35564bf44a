-- Who may be granted something. They cannot log in yet: aim.publish.roles gives passwords, and makes a login of each
-- municipality. Roles belong to the whole server, so another warehouse on it may have made them, even in this moment.
do $$
declare
    named text;
begin
    foreach named in array array[
        'aim_loader', 'aim_transformer', 'aim_publisher', 'aim_mailer',
        'aim_operator', 'aim_analyst', 'aim_municipality', 'aim_bi'
    ]
    loop
        continue when exists (select from pg_roles where rolname = named);
        begin
            execute format('create role %I', named);
        exception
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise exception
                    'The user of the warehouse may not make the role %: let an administrator give it CREATEROLE.', named;
        end;
    end loop;
end
$$;
