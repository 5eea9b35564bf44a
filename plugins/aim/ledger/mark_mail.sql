update ops.mails
set
    state = %(state)s,
    next_attempt_at = %(next_attempt_at)s,
    sent_at = case when %(state)s = 'sent' then now() end,
    message = case when %(state)s in ('sent', 'bounced') then null else message end
where mail_id = %(mail_id)s
