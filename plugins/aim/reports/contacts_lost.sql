-- One row per provider and day on which contacts of it bounced, and whether anybody else of it is reached.
select
    lost.provider_code,
    min(lost.invalid_since) as invalid_since,
    bool_or(exists (
        select from ops.contacts as others
        where
            others.provider_code = lost.provider_code
            and (others.is_valid or others.substitute_email is not null)
    )) as has_other
from ops.contacts as lost
where not lost.is_valid and lost.invalid_since >= %(since)s
group by lost.provider_code, (lost.invalid_since at time zone 'Europe/Vilnius')::date
order by lost.provider_code, invalid_since
