"""Runs page rules on pages: in the loop when they are small, in a thread when they are large."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TypeAlias

from scrapekit.errors import FetchError
from scrapekit.model import Outcome, Page

Read: TypeAlias = Outcome | FetchError
"""What became of a page: an error where its page rule says that the answer is no page after all."""

Callback: TypeAlias = Callable[[Page], Read]

LARGE_BODY = 256 * 1024
"""From this size a body is parsed in a thread: lxml frees the interpreter, a thread hop costs 40 µs."""

SLOW_CALLBACK = 0.05
"""A callback that holds the loop longer than this many seconds is named in the report."""


class PageReader:
    """Finds a page's rule, applies it, and notes the rules that hold the loop too long."""

    def __init__(self, callback: Callable[[str], Callback]) -> None:
        self.slow: dict[str, float] = {}
        """Page rule → the longest time in seconds that its callback held the loop."""
        self._callback = callback
        self._threads: ThreadPoolExecutor | None = None
        self._running: set[asyncio.Future[Read]] = set()

    def read(self, page: Page) -> Read:
        """Read a page here and now."""
        began = perf_counter()
        outcome = self._callback(page.request.page)(page)
        held = perf_counter() - began
        if held > SLOW_CALLBACK:
            rule = page.request.page
            self.slow[rule] = max(held, self.slow.get(rule, 0.0))
        return outcome

    def read_in_thread(self, page: Page) -> asyncio.Future[Read]:
        """Begin to read a page in a thread."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="scrapekit-parse")
        work = self._callback(page.request.page)
        future = asyncio.get_running_loop().run_in_executor(self._threads, work, page)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def close(self) -> None:
        """Wait for nothing: what is still being read is thrown away."""
        # A thread that ends after the loop was closed must find nobody to tell.
        for future in list(self._running):
            future.cancel()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
