update ops.mails
set
    state = 'given_up',
    message = null
where
    state in ('prepared', 'failed', 'held')
    and prepared_at < now() - make_interval(days => %(days)s)
