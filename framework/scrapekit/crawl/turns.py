"""Further turns of what was granted already: a login or a token keeps each host's pace like a page does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from scrapekit.crawl.lane import Lane
from scrapekit.crawl.schedule import Schedule
from scrapekit.web.url import lane_of


class LaneTurns:
    """The lanes of a frontier, as `scrapekit.web.turns.Turns` wants them.

    A request that waits for another one is not on the wire, so it frees its place there and takes it
    again afterwards: nobody waits for a place that is held by who waits for them.
    """

    def __init__(self, schedule: Schedule, clock: Callable[[], float], ready: Callable[[Lane], None]) -> None:
        """*ready* is told of each lane that may have room again."""
        self._schedule = schedule
        self._clock = clock
        self._ready = ready
        self._freed = asyncio.Event()

    def freed(self) -> None:
        """Some request left the wire."""
        self._freed.set()

    @asynccontextmanager
    async def own(self, url: str) -> AsyncIterator[None]:
        """Entered when a request that nobody was granted may start; it runs until it is left."""
        lane = await self._room(url)
        lane.in_flight += 1
        try:
            await self._start(lane)
            yield
        finally:
            lane.in_flight -= 1
            self.freed()
            self._ready(lane)

    @asynccontextmanager
    async def aside(self, url: str) -> AsyncIterator[None]:
        """A granted request is not sent for now: on leaving it has waited for another start."""
        lane = self._schedule.lane(lane_of(url))
        lane.resting += 1
        self.freed()
        try:
            yield
            await self._room(url)
        finally:
            lane.resting -= 1
        await self._start(lane)

    def hold(self, url: str, seconds: float, reason: str) -> None:
        """The host asked for patience: nothing starts there for so long."""
        self._schedule.lane(lane_of(url)).pause(self._clock() + seconds, reason)

    async def _room(self, url: str) -> Lane:
        """Wait until fewer than ``per_host`` requests to the host are on the wire."""
        # Looked up each time: a lane that has nothing to do may be forgotten meanwhile.
        while (lane := self._schedule.lane(lane_of(url))).on_wire >= lane.pace.per_host:
            self._freed.clear()
            await self._freed.wait()
        return lane

    async def _start(self, lane: Lane) -> None:
        """Wait for a start of one's own, in the order in which they were asked for."""
        start = lane.reserve(self._clock())
        while True:
            now = self._clock()
            if start > now:
                await asyncio.sleep(start - now)
            elif lane.earliest > now:
                # Meanwhile the host asked for patience, or its robots.txt for a longer delay.
                start = lane.reserve(now)
            else:
                lane.last_start = now
                return
