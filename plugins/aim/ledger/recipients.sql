select distinct case when is_valid then email else substitute_email end as address
from ops.contacts
where
    provider_code = %(provider_code)s
    and role = any(%(roles)s)
    and (dataset is null or dataset = any(%(datasets)s))
    and (is_valid or substitute_email is not null)
order by address
