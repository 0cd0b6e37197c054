"""Runs page rules on pages: in the loop those that are read in a moment, all others in a process apart."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter

from scrapekit.crawl.apart import ApartReader
from scrapekit.crawl.packing import Callback, Read, failed
from scrapekit.crawl.slowness import Slowness
from scrapekit.errors import TakesLong
from scrapekit.page import Page

__all__ = ["LARGE_BODY", "Callback", "PageReader", "Read"]

LARGE_BODY = 256 * 1024
"""From this size a body is read apart: reading 300 KB takes 6 to 22 ms, handing them over 1 ms.

What a record costs on its way back, 3 us, is a fifth of what it costs to read.
"""

_AT_ONCE = 2
"""So many processes at most: pages that take long may keep two processors busy, and the loop has its own."""


class PageReader:
    """Finds a page's rule, applies it, and notes the rules that hold the loop too long."""

    def __init__(self, callback: Callable[[str], Callback], patience: float = 30.0) -> None:
        """*patience*: how many seconds reading a page may take where it is read apart."""
        self._slowness = Slowness()
        self._callback = callback
        self._patience = patience
        self._threads: ThreadPoolExecutor | None = None
        self._readers: list[ApartReader] = []
        self._idle: list[ApartReader] = []
        self._waiting: deque[tuple[Page, asyncio.Future[Read]]] = deque()
        self._running: set[asyncio.Future[Read]] = set()

    @property
    def slow(self) -> dict[str, float]:
        """Page rule → the longest time in seconds that its callback held the loop, where that was slow."""
        return self._slowness.longest

    def read(self, page: Page) -> Read | None:
        """Read a page here and now; None where that takes long, so that it is to be read apart."""
        rule = page.request.page
        if len(page.body) > LARGE_BODY or rule in self._slowness.too_slow:
            return None
        page.hurried = True
        began = perf_counter()
        try:
            read = self._callback(rule)(page)
        except TakesLong:
            read = None
        self._slowness.note(rule, perf_counter() - began)
        return read

    def read_apart(self, page: Page) -> asyncio.Future[Read]:
        """Begin to read a page in a process apart, as soon as one is free; a thread waits for it."""
        page.hurried = False
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="scrapekit-parse")
        future: asyncio.Future[Read] = asyncio.get_running_loop().create_future()
        self._waiting.append((page, future))
        self._hand_out()
        return future

    def _hand_out(self) -> None:
        """Give pages to those who are free."""
        while self._waiting and (reader := self._free()) is not None:
            page, future = self._waiting.popleft()
            try:
                # Here, where no page rule is being run: see `ApartReader.begin`.
                reader.begin()
            except OSError as error:
                self._idle.append(reader)
                future.set_result(failed(page, f"no process to read it in could be begun: {error}"))
            else:
                running = asyncio.get_running_loop().run_in_executor(self._threads, reader.read, page)
                self._running.add(running)
                running.add_done_callback(partial(self._handed_back, reader, future))

    def _free(self) -> ApartReader | None:
        if self._idle:
            return self._idle.pop()
        if len(self._readers) == _AT_ONCE:
            return None
        self._readers.append(ApartReader(self._callback, self._patience))
        return self._readers[-1]

    def _handed_back(
        self, reader: ApartReader, future: asyncio.Future[Read], running: asyncio.Future[Read]
    ) -> None:
        """The done-callback of a thread that waited for a page."""
        self._running.discard(running)
        self._idle.append(reader)
        if running.cancelled():
            future.cancel()
        elif (error := running.exception()) is not None:
            future.set_exception(error)
        else:
            future.set_result(running.result())
        self._hand_out()

    def close(self) -> None:
        """Wait for nothing: what is still being read is thrown away."""
        # A thread that ends after the loop was closed must find nobody to tell.
        for future in (*self._running, *(future for _, future in self._waiting)):
            future.cancel()
        self._waiting.clear()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        for reader in self._readers:
            reader.close()
