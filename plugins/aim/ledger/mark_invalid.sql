update ops.contacts
set
    is_valid = is_valid and lower(email) <> lower(%(address)s),
    substitute_email = case when lower(substitute_email) <> lower(%(address)s) then substitute_email end,
    invalid_since = now(),
    invalid_reason = %(reason)s
where
    (is_valid and lower(email) = lower(%(address)s))
    or lower(substitute_email) = lower(%(address)s)
