insert into ops.mails as kept (
    kind, provider_code, period, version, message_id, recipients, subject, state, run_id, body_sha256
)
values (
    %(kind)s, %(provider_code)s, %(period)s, %(version)s, %(message_id)s, %(recipients)s, %(subject)s,
    %(state)s, %(run_id)s, %(body_sha256)s
)
on conflict (provider_code, period, kind, version) do update
    set
        recipients = excluded.recipients,
        subject = excluded.subject,
        state = excluded.state,
        run_id = excluded.run_id,
        body_sha256 = excluded.body_sha256,
        prepared_at = now()
    where kept.state <> 'sent'
returning mail_id
