"""What is to be held no longer: one child everywhere, what is older than a date, keys.

`aim.erasure.child` forgets a child, `aim.erasure.retention` what ended before a day, `aim.erasure.rekeying` takes a new
secret into use. Each may be killed at any moment and run again: the end is the same.
"""
