"""A bookshop to practise on, served on the loopback: pages, a JSON API, robots.txt, a sitemap."""

from __future__ import annotations

import errno
import math
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from scrapekit.demo.catalogue import CATEGORIES, Book, books, details, in_category, summary
from scrapekit.demo.layout import NAME, STYLE, book_page, cover, listing_page, note_page
from scrapekit.errors import UsageError

if TYPE_CHECKING:
    # aiohttp takes a quarter of a second to import, and `scrapekit --help` passes here.
    from aiohttp import web
    from aiohttp.typedefs import Handler

HOST = "127.0.0.1"
PER_PAGE = 20
ROBOTS = "User-agent: *\nDisallow: /private/\n"


class BookShop:
    """The shop while it is open: ``async with BookShop() as shop: … shop.url``.

    With port 0 any free port is taken. ``hits`` counts the requests for each path. Entering
    raises UsageError when the port is in use or may not be taken.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.hits: Counter[str] = Counter()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The shop's address, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    async def __aenter__(self) -> Self:
        from aiohttp import web

        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self.port).start()
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            raise _cannot_listen(self.port, error) from error
        self._runner = runner
        self.port = runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _application(self) -> web.Application:
        from aiohttp import web

        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.hits[request.path] += 1
            return await handler(request)

        application = web.Application(middlewares=[count])
        for path, handler in _ROUTES:
            application.router.add_get(path, handler)
        return application


def _cannot_listen(port: int, error: OSError | OverflowError) -> UsageError:
    if isinstance(error, OverflowError):
        return UsageError(f"{port} is not a port number", hint="a port is a number from 0 to 65535")
    if error.errno == errno.EADDRINUSE:
        return UsageError(f"port {port} is already in use", hint="choose another with --port")
    return UsageError(f"cannot listen on port {port}: {(error.strerror or str(error)).lower()}")


async def _listing(request: web.Request) -> web.Response:
    pages = math.ceil(len(books()) / PER_PAGE)
    page = int(request.match_info.get("page", "1"))
    if not 1 <= page <= pages:
        return _not_found()
    return _html(listing_page("All our books", _slice(books(), page), page=page, pages=pages))


async def _category(request: web.Request) -> web.Response:
    for name in CATEGORIES:
        if name.lower() == request.match_info["name"]:
            return _html(listing_page(name, in_category(name), page=1, pages=1))
    return _not_found()


async def _detail(request: web.Request) -> web.Response:
    book = _by_number(request.match_info["number"])
    if book is None or request.path != book.path:
        return _not_found()
    return _html(book_page(book))


async def _old_detail(request: web.Request) -> web.Response:
    """The shop's old addresses lead to the new ones."""
    from aiohttp import web

    book = _by_number(request.match_info["number"])
    return _not_found() if book is None else web.Response(status=301, headers={"Location": book.path})


async def _cover(request: web.Request) -> web.Response:
    book = _by_number(request.match_info["number"])
    return _not_found() if book is None else _text(cover(book), "image/svg+xml")


async def _api_list(request: web.Request) -> web.Response:
    """A page of books by ``page`` (from 1), ``offset`` or ``cursor`` (what ``next_cursor`` said)."""
    from aiohttp import web

    try:
        start = _api_start(request)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    rows = books()[start : start + PER_PAGE]
    after = start + PER_PAGE
    return web.json_response(
        {
            "total": len(books()),
            "offset": start,
            "books": [summary(book) for book in rows],
            "next_cursor": f"after-{after}" if after < len(books()) else None,
        }
    )


async def _api_detail(request: web.Request) -> web.Response:
    from aiohttp import web

    book = _by_number(request.match_info["number"])
    if book is None:
        return web.json_response({"error": "no such book"}, status=404)
    return web.json_response(details(book))


async def _ledger(request: web.Request) -> web.Response:
    return _html(note_page("Staff only", "A polite robot never reads this page."))


async def _robots(request: web.Request) -> web.Response:
    return _text(f"{ROBOTS}\nSitemap: {request.url.origin()}/sitemap.xml\n", "text/plain")


async def _sitemap(request: web.Request) -> web.Response:
    rows = "\n".join(f"<url><loc>{request.url.origin()}{book.path}</loc></url>" for book in books())
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    )
    return _text(f"{head}\n{rows}\n</urlset>\n", "application/xml")


async def _style(request: web.Request) -> web.Response:
    return _text(STYLE, "text/css")


_ROUTES = (
    ("/", _listing),
    (r"/page/{page:\d{1,6}}/", _listing),
    ("/category/{name}/", _category),
    (r"/book/{number:\d{1,6}}-{slug}.html", _detail),
    (r"/old/{number:\d{1,6}}", _old_detail),
    (r"/media/{number:\d{1,6}}.svg", _cover),
    ("/api/books", _api_list),
    (r"/api/books/{number:\d{1,6}}", _api_detail),
    ("/private/ledger.html", _ledger),
    ("/robots.txt", _robots),
    ("/sitemap.xml", _sitemap),
    ("/style.css", _style),
)


def _api_start(request: web.Request) -> int:
    """The first row asked for; raises ValueError in words for the answer."""
    query = request.query
    try:
        if "cursor" in query:
            start = int(query["cursor"].removeprefix("after-"))
        elif "offset" in query:
            start = int(query["offset"])
        else:
            start = (int(query.get("page", "1")) - 1) * PER_PAGE
    except ValueError:
        raise ValueError("page, offset and cursor are numbers this API gave out") from None
    if start < 0:
        raise ValueError("there is nothing before the first book")
    return start


def _slice(shelf: Sequence[Book], page: int) -> Sequence[Book]:
    return shelf[(page - 1) * PER_PAGE : page * PER_PAGE]


def _by_number(text: str) -> Book | None:
    number = int(text)
    return books()[number - 1] if 1 <= number <= len(books()) else None


def _html(text: str) -> web.Response:
    return _text(text, "text/html")


def _text(text: str, content_type: str) -> web.Response:
    from aiohttp import web

    return web.Response(text=text, content_type=content_type)


def _not_found() -> web.Response:
    from aiohttp import web

    page = note_page("Nothing here", f"{NAME} has no such page.")
    return web.Response(text=page, content_type="text/html", status=404)
