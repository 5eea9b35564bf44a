select
    told.recipient,
    told.kind,
    told.provider_code,
    told.period,
    told.about,
    told.version
from
    unnest(
        %(recipients)s::text[],
        %(kinds)s::text[],
        %(provider_codes)s::text[],
        %(periods)s::text[],
        %(abouts)s::text[],
        %(versions)s::integer[]
    ) as asked (recipient, kind, provider_code, period, about, version)
inner join ops.mail_matters as told using (recipient, kind, provider_code, period, about, version)
