with came_back as (
    update ops.mails
    set
        state = 'bounced',
        message = null
    where message_id = %(message_id)s
    returning
        mail_id,
        attempts
)

update ops.mail_attempts as attempts
set detail = %(status)s
from came_back
where
    attempts.mail_id = came_back.mail_id
    and attempts.attempt = came_back.attempts
