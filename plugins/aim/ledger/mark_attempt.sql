update ops.mail_attempts as attempts
set
    outcome = %(outcome)s,
    detail = %(detail)s
from ops.mails as mails
where
    attempts.mail_id = mails.mail_id
    and attempts.attempt = mails.attempts
    and mails.mail_id = %(mail_id)s
