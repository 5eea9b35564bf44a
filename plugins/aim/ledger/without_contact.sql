select distinct obligations.provider_code
from ops.obligations
where
    (%(provider)s::text is null or obligations.provider_code = %(provider)s)
    and not exists (
        select from ops.contacts
        where
            contacts.provider_code = obligations.provider_code
            and (contacts.is_valid or contacts.substitute_email is not null)
    )
order by obligations.provider_code
