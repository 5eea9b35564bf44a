-- Cases that the last build knew the child by: landed rows of a case may be gone already, after a kill.
select
    latest.provider_code,
    latest.case_number
from (
    select distinct on (provider_code, case_number)
        provider_code,
        case_number,
        child_id
    from core.fct_case
    order by provider_code asc, case_number asc, period_start desc, load_id desc
) as latest
where latest.child_id = any(%(children)s::uuid[])
