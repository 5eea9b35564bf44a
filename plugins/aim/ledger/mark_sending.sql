update ops.mails
set
    state = 'sending',
    attempts = attempts + 1,
    run_id = coalesce(%(run_id)s, run_id)
where mail_id = %(mail_id)s
returning attempts
