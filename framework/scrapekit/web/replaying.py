"""Performing requests with a replay store: what is kept is given again, the rest is asked for, or missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from scrapekit.crawl.entries import ROBOTS_PAGE
from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page, StoredFile
from scrapekit.request import Request
from scrapekit.web.perform import Performer
from scrapekit.web.replay import (
    LOST,
    Answer,
    Key,
    Replayed,
    answer_of,
    file_answer,
    file_of,
    hop_of,
    key_of,
    page_of,
)
from scrapekit.web.robots import Robots, RobotsNotNow
from scrapekit.web.session.performing import SessionPerformer
from scrapekit.web.validators import validators_of

ROBOTS_FOR = 86_400.0
"""Seconds for which a robots.txt is given again while hosts are asked (RFC 9309 2.4)."""

MISSING = "not in the cache"


class Shelf(Protocol):
    """Where answers are kept."""

    async def find(self, key: Key) -> Answer | None:
        """The answer kept under a key."""
        ...

    def keep(self, key: Key, answer: Answer, hidden: Sequence[str]) -> None:
        """Keep an answer, some time soon; not at all when it holds one of the *hidden* texts."""
        ...


@dataclass(frozen=True, slots=True)
class ReplayTerms:
    """How one recipe uses its store."""

    sent: bytes
    """What it sends with all its requests; see `replay.terms_of`."""
    ttl: float | None = None
    """Seconds after which it is asked whether an answer still holds; None: never."""
    conditional: bool = True
    """Where it is old, ask only whether it has changed."""
    offline: bool = False
    """Ask nobody: then nothing is too old."""
    hidden: Collection[str] = ()
    """Texts that are never kept."""
    needs_cookies: bool = False
    """Page rules read what answers say of cookies, which is not kept."""


class NoNetwork:
    """A fetcher that asks nobody: it opens no socket, for it knows of none."""

    async def open(self) -> None:
        """Nothing is to be opened."""

    async def close(self) -> None:
        """Nothing was opened."""

    async def fetch(self, request: Request, raw: bool = False) -> Page:
        """Always a FetchError. Who is not asked has no say in its robots.txt either."""
        robots = request.page == ROBOTS_PAGE
        raise FetchError(MISSING, verdict=Verdict.REFUSED if robots else Verdict.FAILED)


class ReplayPerformer:
    """Around another performer: gives kept answers, and keeps those it gets that its page rule reads.

    An answer comes back as `Replayed` when nobody was asked for it. *inner* makes something of kept
    answers, *outer* is asked for the rest; it may be a session, which is thus begun only when needed.
    """

    def __init__(
        self,
        shelf: Shelf,
        terms: ReplayTerms,
        inner: Performer,
        outer: Performer | SessionPerformer,
        clock: Callable[[], float],
    ) -> None:
        self.session = outer.session
        self.count: Callable[[str], None] = lambda what: None
        """Told of ``hits`` and ``misses``, robots.txt left out, and of misses that were ``unchanged``."""
        self._shelf = shelf
        self._terms = terms
        self._inner = inner
        self._outer = outer
        self._clock = clock
        self._refused: dict[Key, str] = {}

    async def perform(
        self, request: Request
    ) -> Page | Request | FetchError | Robots | RobotsNotNow | Replayed:
        """What the request comes to: kept, or fetched."""
        key = key_of(request, self._terms.sent)
        kept = await self._kept(request, key)
        known = None
        if kept is not None and self._is_fresh(request, kept):
            known = self._inner.replayed(request, page_of(request, kept))
            if await self._is_lost(known):
                kept = known = None
        if request.page != ROBOTS_PAGE:
            self.count("misses" if known is None else "hits")
        if known is not None:
            return Replayed(known)
        if key in self._refused and self._terms.offline:
            return Replayed(FetchError(f"{self._refused[key]}; no other answer is in the cache"))
        found = await self._asked(request, key, kept)
        return Replayed(found) if self._terms.offline else found

    async def _is_lost(self, known: object) -> bool:
        """True for a redirect, to a login or a captcha it may be, that led to no page."""
        if not isinstance(known, Request) or self._terms.offline:
            return False
        answer = await self._shelf.find(key_of(known, self._terms.sent))
        return answer is not None and answer.status == LOST.status

    async def _kept(self, request: Request, key: Key) -> Answer | None:
        """The answer to a request that is kept, however old; None where there is none that is a page."""
        answer = None if key in self._refused else await self._shelf.find(key)
        # A rule may have taken a 404 for a page that is gone now.
        if answer is None or answer.status == LOST.status:
            return None
        return answer if self._inner.is_page(request, answer.status, answer.headers) else None

    def _is_fresh(self, request: Request, answer: Answer) -> bool:
        if self._terms.offline:
            return True
        ttl = self._terms.ttl
        if request.page == ROBOTS_PAGE:
            ttl = ROBOTS_FOR if ttl is None else min(ttl, ROBOTS_FOR)
        return ttl is None or 0 <= self._clock() - answer.at < ttl

    async def _asked(
        self, request: Request, key: Key, kept: Answer | None
    ) -> Page | Request | FetchError | Robots | RobotsNotNow:
        if request.page == ROBOTS_PAGE:
            return await self._inner.robots(request, partial(self._keep, key))
        found = await self._outer.perform(self._conditional(request, kept))
        if isinstance(found, Page):
            found = self._confirmed(request, found, kept)
        elif isinstance(found, Request):
            self._shelf.keep(key, hop_of(request, found, self._clock()), self._hidden())
        elif kept is None:
            self._lose(request, key)
        return found

    def _lose(self, request: Request, key: Key) -> None:
        if request.via and not self._terms.offline:
            self._shelf.keep(key, LOST, ())

    def _conditional(self, request: Request, kept: Answer | None) -> Request:
        """The request as it is sent: "has it changed?" means what is kept, or there would be no page."""
        validators = None
        # RFC 9110 13.1.2: of other methods the question is whether to do it at all.
        if kept is not None and self._terms.conditional and request.method == "GET":
            validators = validators_of(page_of(request, kept))
        asked = validators if validators and any(validators) else None
        return request if asked == request.validators else replace(request, validators=asked)

    def _confirmed(self, request: Request, found: Page, kept: Answer | None) -> Page:
        """The page that came, or in place of "not modified" the one that was kept."""
        page = found
        if found.status == 304 and kept is not None:
            self.count("unchanged")
            page = page_of(request, kept)
            page.session, page.proxy, page.elapsed = found.session, found.proxy, found.elapsed
        page.request = request
        return page

    async def find_file(self, request: Request) -> StoredFile | None:
        """What is known of a file that was kept; whether it still stands there is not looked at."""
        answer = await self._shelf.find(self._key_of_file(request))
        if answer is None or not self._is_fresh(request, answer):
            return None
        return file_of(answer, request.ask)

    def keep_file(self, request: Request, stored: StoredFile) -> None:
        """Keep what is known of a file that came."""
        kept = file_answer(stored, self._clock())
        self._shelf.keep(self._key_of_file(request), kept, self._hidden())

    def _key_of_file(self, request: Request) -> Key:
        # As a page the same address has another answer; so has a file of another folder or name.
        told_apart = repr((request.method, request.page, sorted(request.carry.items())))
        return key_of(replace(request, method=told_apart), self._terms.sent)

    def accepted(self, page: Page) -> None:
        """A page that was fetched could be read: it is worth being kept."""
        self._keep(key_of(page.request, self._terms.sent), page)

    def refused(self, page: Page, error: FetchError, *, replayed: bool) -> None:
        """Page rules call the answer none; one that was kept is not given again from here on."""
        key = key_of(page.request, self._terms.sent)
        if replayed:
            self._refused[key] = str(error)
        else:
            self._lose(page.request, key)

    def _keep(self, key: Key, page: Page) -> None:
        # 304 is half an answer: what it confirms is not here. A replayed page could set no cookies.
        if page.status == 304 or (self._terms.needs_cookies and "set-cookie" in page.headers):
            return
        self._shelf.keep(key, answer_of(page, self._clock()), self._hidden())

    def _hidden(self) -> Sequence[str]:
        session = self.session
        return (*self._terms.hidden, *(session.secrets if session is not None else ()))
