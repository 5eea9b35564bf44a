"""Why landing refuses a file: the provider's fault, never ours."""

from __future__ import annotations


class RejectionError(Exception):
    """A file that cannot be taken: a result, not a failure."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        """`code`: a reason code (messages `reason.<code>`). `detail`: what it points at, never a person's value."""
        super().__init__(code)
        self.code = code
        self.detail = detail
