"""How a session asks for itself: in turn, along redirects, and only once where asking twice does harm."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from time import time
from typing import TypeAlias

from scrapekit.errors import FetchError
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.responses import judge
from scrapekit.web.turns import Turns

Send: TypeAlias = Callable[[Request], Awaitable[Page | Request | FetchError]]
"""One hop: the page whatever its status, the request for a redirect's target, or the error."""

_LONGEST_WAIT = 120.0


class Ask:
    """Asks with *send*, each time when *turns* says that the host may be asked.

    What may be asked twice is tried again at most *retries* times.
    """

    def __init__(self, send: Send, *, turns: Turns, retries: int) -> None:
        self._send = send
        self._turns = turns
        self._retries = retries

    async def page(self, request: Request, *, once: bool = False) -> Page:
        """The page in the end, after all redirects; whatever its status when it is asked for *once* only.

        Raises FetchError for what brings no page, and without *once* for a bad status.
        """
        tries = 0
        while True:
            tries += 1
            found = await self._hops(request)
            error = found if isinstance(found, FetchError) else _bad_status(found)
            if isinstance(found, Page) and (once or error is None):
                return found
            assert error is not None
            if once or not error.retry or tries > self._retries:
                raise error
            wait = _pause(error, tries)
            if error.throttled or error.retry_after is not None:
                self._turns.hold(request.url, wait, str(error))
            await asyncio.sleep(wait)

    async def _hops(self, request: Request) -> Page | FetchError:
        while True:
            async with self._turns.own(request.url):
                found = await self._send(request)
            if not isinstance(found, Request):
                return found
            request = found


def _bad_status(page: Page) -> FetchError | None:
    return judge(page.request, page.status, page.headers, time())


def _pause(error: FetchError, tries: int) -> float:
    if error.retry_after is not None:
        return min(error.retry_after, _LONGEST_WAIT)
    return random.uniform(0.25, 1.0) * min(30.0, 2.0 ** (tries - 1))  # noqa: S311 - jitter, not secrets
