"""The page as Airflow mounts it: opened at the first request.

Every process of Airflow loads the plugins, each task of a night too. None of them pays for a page nobody looks at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Door:
    """An ASGI application that becomes the page when somebody asks for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._page(scope, receive, send)

    @cached_property
    def _page(self) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        from aim.orchestration.page.app import page_app

        return page_app()
