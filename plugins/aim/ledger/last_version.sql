select
    version,
    words_sha256
from ops.mail_matters
where
    recipient = %(recipient)s
    and kind = %(kind)s
    and provider_code = %(provider_code)s
    and period = %(period)s
    and about = %(about)s
order by version desc
limit 1
