-- The very file, met again because a kill came between its taking and its leaving the inbox.
select answer_id
from ops.answers
where
    file_name = %(file_name)s
    and channel = %(channel)s
    and digest = %(digest)s
    and received_at = %(received_at)s
    and not left_inbox
limit 1
