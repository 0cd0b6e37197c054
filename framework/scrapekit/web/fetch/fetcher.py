"""Request → page, one hop at a time.

aiohttp sends and reads; everything it could decide (redirects, unpacking, retries, cookies, the
environment's proxies, a time-out for each request) is off, because it is decided elsewhere or costs.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from scrapekit.crawl.entries import ROBOTS_PAGE
from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.recipe.model import Http
from scrapekit.request import NOTHING, Request
from scrapekit.web.bindings import Bindings
from scrapekit.web.coding import accept_encoding
from scrapekit.web.cookies import Jar
from scrapekit.web.fetch.connection import LONGEST_HEADER, MOST_HEADERS
from scrapekit.web.fetch.connector import Connector
from scrapekit.web.fetch.faults import fault
from scrapekit.web.fetch.kept import Kept, most_kept
from scrapekit.web.fetch.limits import AnswerLimits
from scrapekit.web.fetch.received_headers import plain_headers
from scrapekit.web.fetch.receiving import drain, pour, read
from scrapekit.web.fetch.sent_headers import own_headers, with_cookies, with_key
from scrapekit.web.guard import OPENING, Guard, Opening
from scrapekit.web.named_hosts import NamedHosts
from scrapekit.web.proxies import Proxies
from scrapekit.web.responses import is_redirect, judge
from scrapekit.web.senders import Senders, Site
from scrapekit.web.sinks import Sink
from scrapekit.web.slowness import Floor
from scrapekit.web.url import resolve

_LEAST_OF_ROBOTS = 2**20  # RFC 9309 2.5: 500 KiB must be read, whatever the recipe says of pages
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_READ_BUFFER = 2**18
_SENT_AT_ONCE = 2**20  # aiohttp streams larger bodies only from a file
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110 9.2.2


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to the hosts: by a proxy or straight on, with the cookies that are set there."""

    number: int
    proxy: str | None
    jar: Jar | None


class HttpFetcher:
    """Fetches over http and https, as the recipe's ``http:`` section says.

    *seed_urls* name the hosts that may be private, and with *bindings* the origins that may receive
    secrets. *agent* is the User-Agent unless the recipe has its own; *resolver* looks names up, by
    default the way this machine does; *jar* keeps cookies, whatever ``http.keep_cookies`` says;
    *proxies* say which proxy asks which host, by default those of the recipe. *sinks* are who takes the
    bodies that are files, by `Request.ask`; whoever asks for one puts it in before. *note* is told what
    the report should say.
    May be used by many tasks at once, but only once at a time within one task.
    """

    def __init__(
        self,
        http: Http,
        seed_urls: Sequence[str],
        *,
        agent: str,
        resolver: AbstractResolver | None = None,
        bindings: Bindings | None = None,
        jar: Jar | None = None,
        proxies: Proxies | None = None,
        sinks: Mapping[str, Sink] = NOTHING,
        note: Callable[[str], None] = lambda remark: None,
    ) -> None:
        self._sinks = sinks
        self._note = note
        self._http = http
        self._resolver = resolver
        self._senders = Senders(http, seed_urls, agent, bindings)
        own = [http.auth.token_url] if http.auth is not None and http.auth.token_url else []
        self._guard = Guard([*seed_urls, *own], http.allow_hosts)
        self._proxies = proxies or Proxies(http.proxy)
        self._ways = [_Way(number, proxy, each) for number, (proxy, each) in enumerate(self._pairs(jar))]
        self._site = lru_cache(maxsize=4096)(self._senders.site)
        self._session: aiohttp.ClientSession
        self._limits: AnswerLimits
        self._kept: Kept

    def _pairs(self, jar: Jar | None) -> Iterator[tuple[str | None, Jar | None]]:
        """Each proxy with the cookies that are set there; those of one proxy, or of none, are in *jar*."""
        for proxy in self._proxies.addresses or (None,):
            kept = jar if len(self._proxies.addresses) < 2 else None
            yield proxy, Jar() if kept is None and (jar is not None or self._http.keep_cookies) else kept

    async def open(self) -> None:
        """Get ready; called once, inside the running loop."""
        floor = Floor(self._http.min_rate, self._http.min_rate_over) if self._http.min_rate else None
        self._limits = AnswerLimits(self._http.timeout, floor)
        self._kept = Kept(most_kept())
        unverified = NamedHosts(self._http.unverified_hosts)
        self._session = aiohttp.ClientSession(
            connector=Connector(self._guard, self._kept, unverified, self._note, self._resolver),
            headers={"Accept": _ACCEPT, "Accept-Encoding": accept_encoding()} | self._senders.everyones,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._http.connect_timeout),
            auto_decompress=False,
            requote_redirect_url=False,
            read_bufsize=_READ_BUFFER,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )
        # aiohttp would also send again what failed on a fresh connection, with no pause at all.
        self._session._retry_connection = False

    async def close(self) -> None:
        """Let go of every connection."""
        self._limits.close()
        await self._session.close()

    async def fetch(self, request: Request, raw: bool = False) -> Page:
        """Fetch one hop; a redirect is returned as the page it is (status 3xx, without its body).

        With *raw* every status comes back as a page: robots.txt is judged by its own rules. Raises
        FetchError for whatever goes wrong; StuckError when this process may open no more files.
        """
        url, site = self._place(request)
        way = self._ways[self._proxies.number(site.host)]
        opening = Opening(site.host, site.port, way.proxy is not None)
        OPENING.set(opening)
        task = asyncio.current_task()
        assert task is not None
        self._limits.start(task, opening)
        try:
            return await self._exchange(request, url, site, opening, way, raw)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error, aiohttp.ClientProxyConnectionError):
                self._proxies.leave(site.host, way.number)
            raise fault(error, site.label, opening, self._http.connect_timeout) from error
        except asyncio.CancelledError:
            late = self._limits.stop(task, opening)
            if late is not None and not task.cancelling():
                raise late from None
            raise
        finally:
            self._limits.stop(task, opening)
            if opening.wire is not None:
                self._kept.keep(opening.wire)

    def _place(self, request: Request) -> tuple[str, Site]:
        url = resolve("", request.url)
        if url is None:
            raise FetchError("no address that can be fetched", verdict=Verdict.REFUSED)
        site = self._site(url[: url.index("/", 8)])
        if self._proxies.addresses and not self._guard.allows_unseen(site.host, site.port):
            message = f"{site.host} is not public, and http.allow_hosts does not name it"
            raise FetchError(message, verdict=Verdict.REFUSED)
        return url, site

    async def _exchange(
        self, request: Request, url: str, site: Site, opening: Opening, way: _Way, raw: bool
    ) -> Page:
        start = time.monotonic()
        response = await self._send(request, url, site, opening, way)
        opening.answered = True
        try:
            headers = plain_headers(response.headers)
            status = response.status
            if way.jar is not None and "set-cookie" in headers:
                way.jar.take(url, headers["set-cookie"], time.time())
            error = None if raw else judge(request, status, headers, time.time())
            if error is not None or _has_no_body(request, status, headers):
                await drain(response, headers)
                if error is not None:
                    raise error
                body = b""
            elif (sink := self._sink(request)) is not None and sink.begin(status, headers):
                await pour(response, sink, self._limits)
                body = b""
            else:
                body = await read(response, headers, self._limit(request))
        finally:
            if response.connection is not None:
                response.release()  # not everything was read, so this closes the connection
        page = Page(request, url, status, headers, body, time.monotonic() - start)
        if way.number:
            page.proxy = way.number
        return page

    def _limit(self, request: Request) -> int:
        return max(self._http.max_body, _LEAST_OF_ROBOTS if request.page == ROBOTS_PAGE else 0)

    async def _send(
        self, request: Request, url: str, site: Site, opening: Opening, way: _Way
    ) -> aiohttp.ClientResponse:
        """The head of the answer; a kept connection that turns out dead is replaced (RFC 9112 9.3.1)."""
        special = request.headers or site.headers or request.validators
        headers = own_headers(request, site) if special else None
        if way.jar is not None and (kept := way.jar.pairs(url, time.time())):
            headers = with_cookies(headers, request, site, kept)
        while True:
            body = request.body
            data = io.BytesIO(body) if body is not None and len(body) > _SENT_AT_ONCE else body
            try:
                return await self._session.request(
                    request.method,
                    URL(with_key(url, site), encoded=True),
                    headers=headers,
                    data=data,
                    allow_redirects=False,
                    proxy=way.proxy,
                )
            except aiohttp.ClientConnectorError:
                raise
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionResetError):
                if opening.opened or request.method not in _IDEMPOTENT:
                    raise

    def _sink(self, request: Request) -> Sink | None:
        return self._sinks.get(request.ask) if request.ask else None


def _has_no_body(request: Request, status: int, headers: Mapping[str, str]) -> bool:
    """True for an answer whose body, if it has one, means nothing."""
    # 1. RFC 9110 15.4.5: 304 has no body, whatever length and packing its headers tell of.
    # 2. RFC 9309 2.3.1: of a robots.txt that is none the status tells everything.
    missing = request.page == ROBOTS_PAGE and status >= 400
    return status == 304 or is_redirect(status, headers) or missing
