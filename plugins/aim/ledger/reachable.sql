select distinct
    provider_code,
    case when is_valid then email else substitute_email end as address,
    role,
    dataset
from ops.contacts
where is_valid or substitute_email is not null
order by provider_code, address, role, dataset
