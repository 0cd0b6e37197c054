"""Requests for files: as any others, but the body goes to disk, and goes on where an earlier try ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from time import time
from typing import Any, Protocol, TypeAlias

from scrapekit.errors import FetchError
from scrapekit.files.files import Files
from scrapekit.files.names import called_by
from scrapekit.files.part import Note, Part
from scrapekit.files.sink import FileSink, Named
from scrapekit.page import Page, StoredFile
from scrapekit.recipe.model.downloads import STEM, Download
from scrapekit.request import Request
from scrapekit.web.late import mask, unsealed
from scrapekit.web.replay import Replayed

Perform: TypeAlias = Callable[[Request], Awaitable[Any]]
Recall: TypeAlias = Callable[[str], Awaitable[StoredFile | None]]

_NOT_MODIFIED = 304
_RANGE_NOT_SATISFIABLE = 416


class Keeper(Protocol):
    """Remembers files between jobs, where answers are kept."""

    async def find_file(self, request: Request) -> StoredFile | None:
        """What is known of the file that a request asks for."""
        ...

    def keep_file(self, request: Request, stored: StoredFile) -> None:
        """Remember it."""
        ...


class FileFetching:
    """A performer around another: what it is not asked for as a file passes through."""

    def __init__(
        self, perform: Perform, files: Files, keeper: Keeper | None = None, recall: Recall | None = None
    ) -> None:
        """*recall* gives what earlier jobs knew of a file, by `Request.ask`."""
        self._recall = recall
        self._perform = perform
        self._files = files
        self._keeper = keeper

    async def perform(self, request: Request) -> Any:
        """Fetch whatever the request asks for; a file comes back as a page that says where its body is."""
        terms = self._files.rules.get(request.page)
        if terms is None:
            return await self._perform(request)
        part, known, whole = await self._files.on_thread(self._prepare, request, terms)
        if whole is not None:
            # It came before the run was killed: nothing has to be asked for.
            return _page(request, whole)
        earlier, there = None, await self._kept(request, terms)
        if there is None and known is None:
            earlier = await self._earlier(request, terms)
            there = _young(earlier, terms)
        if there is not None:
            await self._files.on_thread(part.close)
            return Replayed(_page(request, there))
        sink = FileSink(part, _named(request), terms, known, self._files.on_thread)
        self._files.sinks[request.ask] = sink
        keep = True
        try:
            asked = None if earlier is None else (earlier.etag, earlier.modified)
            headers = (*request.headers, *sink.headers)
            found = await self._perform(replace(request, headers=headers, validators=asked))
            found, keep = _settled(found, request, sink, earlier)
        finally:
            del self._files.sinks[request.ask]
            self._files.later(sink.let_go, keep)
        if sink.stored is not None and self._keeper is not None:
            self._keeper.keep_file(request, sink.stored)
        return found

    async def _earlier(self, request: Request, terms: Download) -> StoredFile | None:
        """A file that an earlier job placed, where it still stands there, and would be called the same."""
        if self._recall is None:
            return None
        stored = await self._recall(request.ask)
        if stored is None or stored.stem != _stem_of(request):
            return None
        return stored if await self._files.on_thread(self._files.stands, terms, stored) else None

    async def _kept(self, request: Request, terms: Download) -> StoredFile | None:
        """A file that an earlier job left, where answers are kept and it still stands there."""
        stored = None if self._keeper is None else await self._keeper.find_file(request)
        if stored is None or not await self._files.on_thread(self._files.stands, terms, stored):
            return None
        return stored

    def _prepare(self, request: Request, terms: Download) -> tuple[Part, Note | None, StoredFile | None]:
        """What is there of the file already; runs on the files' thread."""
        part = self._files.part(request.ask, terms)
        known = part.known()
        if known is None:
            return part, None, None
        if known.whole is not None and part.is_whole(known.whole):
            return part, None, known.whole
        usable = known.whole is None and known.validator and known.url == _digest(request)
        if usable and known.size and part.reopen(known.size):
            return part, known, None
        return part, None, None


def _page(request: Request, stored: StoredFile) -> Page:
    page = Page(request, request.url, 200, {}, b"")
    page.stored = stored
    return page


def _named(request: Request) -> Named:
    # What led here is what the page said; it tells more than the place it was redirected to.
    url = mask((*request.via, request.url)[0])
    return Named(request.ask, _digest(request), _stem_of(request), called_by(url))


def _stem_of(request: Request) -> str:
    return str(request.carry.get(STEM, ""))


def _young(stored: StoredFile | None, terms: Download) -> StoredFile | None:
    """The file, where it came so lately that the recipe does not want to ask for it."""
    return stored if stored is not None and 0 <= time() - stored.moment < terms.max_age else None


def _digest(request: Request) -> str:
    plain = unsealed(request) if request.late else request
    return sha256(plain.url.encode()).hexdigest()


def _settled(
    found: Any, request: Request, sink: FileSink, earlier: StoredFile | None = None
) -> tuple[Any, bool]:
    """The result without what was said beside; False where what came so far is of no use."""
    # 0. A redirect that was kept.
    if isinstance(found, Replayed):
        answer, keep = _settled(found.answer, request, sink)
        return Replayed(answer), keep
    # 1. A page: the file, or an answer without one.
    if isinstance(found, Page):
        found.request, found.stored = request, sink.stored
        if found.status == _NOT_MODIFIED and earlier is not None:
            found.stored = replace(earlier, moment=time())
        return found, False
    # 2. The part ends beyond the end of what is there now: another version.
    if isinstance(found, FetchError):
        if found.status == _RANGE_NOT_SATISFIABLE and len(sink.headers) > 2:
            return FetchError(str(found), retry=True, status=found.status), False
        return found, found.retry
    # 3. A redirect, whose target is asked anew.
    if isinstance(found, Request):
        own = {name for name, _ in sink.headers}
        headers = tuple(pair for pair in found.headers if pair[0] not in own or pair in request.headers)
        return replace(found, headers=headers), True
    return found, True
