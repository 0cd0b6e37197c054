"""One hop of a request: the page, the next hop of a redirect, or the error. Shares no state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from time import time
from typing import TypeAlias

from scrapekit.crawl.entries import ROBOTS_PAGE
from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.parts import Fetcher
from scrapekit.request import Request
from scrapekit.web.filling import Filling
from scrapekit.web.late import marked
from scrapekit.web.responses import is_redirect, judge, redirect, retry_after
from scrapekit.web.robots import ALLOW_ALL, Robots, RobotsNotNow, read_robots

_ROBOTS_HOPS = 5

Keep: TypeAlias = Callable[[Page], None]
"""Told of an answer that is worth being kept."""


class Performer:
    """Fetches one hop at a time. Every error comes back as a value: a task group would end at a raise.

    *judged* names the page rules that look at every answer themselves, whatever its status.
    *filling* puts in the values that are known only when a request is sent; None when there are none.
    """

    session = None
    """It keeps none; one that does is `scrapekit.web.session`."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        agent: str,
        redirects: int,
        judged: Collection[str] = frozenset(),
        filling: Filling | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._agent = agent
        self._redirects = redirects
        self._judged = judged
        self._filling = filling

    async def page(self, request: Request) -> Page | Request | FetchError:
        """Fetch a page; a redirect gives the request for its target."""
        if self._filling is not None:
            return await self._page_with_late(request, self._filling)
        try:
            return self._hop(request, await self._fetcher.fetch(request, raw=request.page in self._judged))
        except FetchError as error:
            return error

    async def _page_with_late(self, request: Request, filling: Filling) -> Page | Request | FetchError:
        try:
            sent = filling.filled(request) if request.late else request
            page = filling.emptied(await self._fetcher.fetch(sent, raw=request.page in self._judged), request)
            return self._hop(request, page)
        except FetchError as error:
            return filling.hushed(error, request)
        except ValueError as error:
            return FetchError(str(error), verdict=Verdict.REFUSED)

    def _hop(self, request: Request, page: Page) -> Page | Request:
        """The page, or the request for the place it sends us to; raises FetchError, or ValueError."""
        if page.status < 300 or not is_redirect(page.status, page.headers):
            return page
        target = redirect(request, page, self._redirects)
        if self._filling is not None:
            target = marked(target)
            self._filling.check_redirect(target)
        return target

    async def robots(self, request: Request, keep: Keep | None = None) -> Robots | Request | RobotsNotNow:
        """Fetch a robots.txt and read it (RFC 9309 2.3.1); *keep* is told of a file that says something.

        Five redirects are followed; after that the file counts as missing (2.3.1.2). What cannot be
        reached is "not now" (2.3.1.4).
        """
        try:
            page = await self._fetcher.fetch(request, raw=True)
        except FetchError as error:
            return _no_robots(request, error)
        found = self._robots_in(request, page)
        if keep is not None and not isinstance(found, RobotsNotNow):
            keep(page)
        return found

    def _robots_in(self, request: Request, page: Page) -> Robots | Request | RobotsNotNow:
        try:
            if is_redirect(page.status, page.headers):
                if len(request.via) >= _ROBOTS_HOPS:
                    return ALLOW_ALL
                return redirect(request, page, _ROBOTS_HOPS)
            wait = retry_after(page.headers.get("retry-after", ""), time())
            return read_robots(page.status, page.body, self._agent, retry_after=wait)
        except FetchError as error:
            return _no_robots(request, error)
        except RobotsNotNow as answer:
            return answer

    def is_page(self, request: Request, status: int, headers: Mapping[str, str]) -> bool:
        """True for an answer that `page` would hand on, be it to its page rule for judgement."""
        judged = request.page in self._judged or request.page == ROBOTS_PAGE
        return judged or judge(request, status, headers, time()) is None

    def replayed(self, request: Request, page: Page) -> Page | Request | FetchError | Robots | RobotsNotNow:
        """What an answer comes to that was kept, as if it had come just now."""
        if request.page == ROBOTS_PAGE:
            return self._robots_in(request, page)
        try:
            return self._hop(request, page)
        except FetchError as error:
            return error
        except ValueError as error:
            return FetchError(str(error), verdict=Verdict.REFUSED)

    async def perform(self, request: Request) -> Page | Request | FetchError | Robots | RobotsNotNow:
        """Fetch whatever the request asks for."""
        if request.page == ROBOTS_PAGE:
            return await self.robots(request)
        return await self.page(request)


def _no_robots(request: Request, error: FetchError) -> Robots | RobotsNotNow:
    """What it comes to that no robots.txt could be had."""
    refused = error.verdict is Verdict.REFUSED
    # 1. The host itself is not asked for anything, as its pages say in better words.
    if refused and error.status is None and not request.via:
        return ALLOW_ALL
    # 2. A place that it sends us to, and we refuse to go, is out of reach and will be (2.3.1.4).
    return RobotsNotNow(str(error), final=refused)
