insert into ops.contacts (provider_code, email, name, role, dataset, substitute_email)
values (%(provider_code)s, %(email)s, %(name)s, %(role)s, %(dataset)s, %(substitute_email)s)
on conflict (provider_code, email, role, dataset) do update
    set name = excluded.name, substitute_email = excluded.substitute_email
