"""Runs page rules on pages: in the loop those that are read in a moment, all others in a process apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from scrapekit.crawl.apart import CAN_BE_APART, ApartReader, Callback, Read
from scrapekit.errors import TakesLong
from scrapekit.page import Page

__all__ = ["LARGE_BODY", "Callback", "PageReader", "Read"]

LARGE_BODY = 256 * 1024
"""From this size a body is read apart: handing it over costs a tenth of reading it."""

SLOW_CALLBACK = 0.05
"""A callback that holds the loop longer than this many seconds is named in the report."""

_TOO_SLOW = 0.25
"""After a callback held the loop so many seconds, its page rule's pages are read apart."""

_AT_ONCE = 2


class PageReader:
    """Finds a page's rule, applies it, and notes the rules that hold the loop too long."""

    def __init__(self, callback: Callable[[str], Callback], patience: float = 30.0) -> None:
        """*patience*: how many seconds reading a page may take where it is read apart."""
        self.slow: dict[str, float] = {}
        """Page rule → the longest time in seconds that its callback held the loop."""
        self._callback = callback
        self._patience = patience
        self._threads: ThreadPoolExecutor | None = None
        self._readers: list[ApartReader] = []
        self._idle: list[ApartReader] = []
        self._running: set[asyncio.Future[Read]] = set()

    def read(self, page: Page) -> Read | None:
        """Read a page here and now; None where that takes long, so that it is to be read apart."""
        rule = page.request.page
        if len(page.body) > LARGE_BODY or self.slow.get(rule, 0.0) > _TOO_SLOW:
            return None
        page.hurried = True
        began = perf_counter()
        try:
            read = self._callback(rule)(page)
        except TakesLong:
            read = None
        held = perf_counter() - began
        if held > SLOW_CALLBACK:
            self.slow[rule] = max(held, self.slow.get(rule, 0.0))
        return read

    def read_apart(self, page: Page) -> asyncio.Future[Read]:
        """Begin to read a page in a process apart; a thread waits for it."""
        page.hurried = False
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="scrapekit-parse")
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._read_apart, page)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def _read_apart(self, page: Page) -> Read:
        if not CAN_BE_APART:
            return self._callback(page.request.page)(page)
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = self._new_reader()
        try:
            return reader.read(page)
        finally:
            self._idle.append(reader)

    def _new_reader(self) -> ApartReader:
        reader = ApartReader(self._callback, self._patience)
        self._readers.append(reader)
        return reader

    def close(self) -> None:
        """Wait for nothing: what is still being read is thrown away."""
        # A thread that ends after the loop was closed must find nobody to tell.
        for future in list(self._running):
            future.cancel()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        for reader in self._readers:
            reader.close()
