"""Shows a run to whoever watches it, four times a second, and outlives a display that breaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from scrapekit.plugins.loading import one_line
from scrapekit.report import Snapshot

_SECONDS = 0.25
_log = logging.getLogger(__name__)


class Watch:
    """Hands snapshots to a callback. One that raises is named once and called no more; the run goes on."""

    def __init__(self, show: Callable[[Snapshot], None] | None, take: Callable[[], Snapshot]) -> None:
        self._show = show
        self._take = take
        self.off: list[str] = []
        """The callback with its error, once it has failed."""

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Inside, show the run again and again; leaving, show it once more."""
        if self._show is None:
            yield
            return
        task = asyncio.create_task(self._run(), name="watch")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()
            self._show_now()

    async def _run(self) -> None:
        while self._show is not None:
            self._show_now()
            await asyncio.sleep(_SECONDS)

    def _show_now(self) -> None:
        if self._show is None:
            return
        snapshot = self._take()
        try:
            self._show(snapshot)
        except Exception as error:  # a stranger's code, like a listener's
            self._show = None
            self.off.append(f"progress display: {one_line(error)}")
            _log.warning("switched off %s", self.off[0])
