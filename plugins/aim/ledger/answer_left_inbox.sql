update ops.answers
set left_inbox = true
where
    file_name = %(file_name)s
    and channel = %(channel)s
    and digest = %(digest)s
    and received_at = %(received_at)s
    and not left_inbox
