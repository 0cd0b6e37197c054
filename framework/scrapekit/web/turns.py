"""How whoever sends more than it was granted for asks for another turn: each host is asked at its own pace.

A login, a value, a token or the answer to a challenge is sent in the middle of another request. None of
these may pass the gate that pages wait at, and none may wait at it for itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol


class Turns(Protocol):
    """Says when a host may be asked once more. URLs name the host; none is asked for itself."""

    def own(self, url: str) -> AbstractAsyncContextManager[None]:
        """Entered when a request that nobody was granted may start; it runs until it is left."""
        ...

    def aside(self, url: str) -> AbstractAsyncContextManager[None]:
        """A granted request is not sent for now: on leaving it has waited for another start.

        What leaves it by an error is not sent at all, and waits for nothing.
        """
        ...

    def hold(self, url: str, seconds: float, reason: str) -> None:
        """The host asked for patience: nothing starts there for so long."""
        ...


class _AtOnce:
    @asynccontextmanager
    async def own(self, url: str) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def aside(self, url: str) -> AsyncIterator[None]:
        yield

    def hold(self, url: str, seconds: float, reason: str) -> None:
        return None


AT_ONCE: Turns = _AtOnce()
"""Nobody waits: for requests outside of any crawl."""
