"""What is expected, what came, what was made of it: the only writer of `ops.*`.

Every function takes an open connection and leaves the transaction to its caller.
"""
