insert into ops.mail_matters (
    recipient, kind, provider_code, period, about, version, mail_id, told, words_sha256
)
values (
    %(recipient)s, %(kind)s, %(provider_code)s, %(period)s, %(about)s, %(version)s, %(mail_id)s, %(told)s,
    %(words_sha256)s
)
