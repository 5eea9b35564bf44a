select
    mail_id,
    recipients[1] as recipient,
    message_id,
    message,
    attempts,
    state
from ops.mails
where
    message is not null
    and state in ('sending', 'prepared', 'failed', 'held')
    and (next_attempt_at is null or next_attempt_at <= %(now)s or state = 'sending')
order by state = 'sending' desc, mail_id asc
