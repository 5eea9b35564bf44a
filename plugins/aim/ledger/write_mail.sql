insert into ops.mails (
    kind, provider_code, period, version, message_id, recipients, subject, state, run_id, body_sha256, message,
    clock_date
)
values (
    %(kind)s, %(provider_code)s, %(period)s, %(version)s, %(message_id)s, %(recipients)s, %(subject)s, %(state)s,
    %(run_id)s, %(body_sha256)s, %(message)s, %(clock_date)s
)
returning mail_id
