"""How a run is asked to stop from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class StopSignal:
    """How a run is asked to stop, from a signal handler or another thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: Callable[[], None] | None = None
        self._now: Callable[[], None] | None = None
        self.draining = False
        self.stopped = False

    def attach(self, drain: Callable[[], None], now: Callable[[], None]) -> None:
        """Called by the run once it can be stopped; a stop asked for before takes effect now."""
        self._loop = asyncio.get_running_loop()
        self._drain, self._now = drain, now
        if self.stopped:
            self.now()
        elif self.draining:
            self.drain()

    def drain(self) -> None:
        """Start nothing new, finish what is in flight, commit, end."""
        self.draining = True
        self._call(self._drain)

    def now(self) -> None:
        """Stop at once; what is not committed is fetched again on resume."""
        self.draining = self.stopped = True
        self._call(self._now)

    def _call(self, action: Callable[[], None] | None) -> None:
        if self._loop is not None and action is not None:
            self._loop.call_soon_threadsafe(action)
