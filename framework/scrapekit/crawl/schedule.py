"""Which lane is due first, and which want more of their requests from the store."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Collection
from typing import Protocol

from scrapekit.crawl.entries import Entry
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.politeness import Pace

_WINDOW_TOTAL = 16_384
_WINDOW_MOST = 512
_WINDOW_LEAST = 4
_LANES_KEPT = 4_096
"""So many hosts are remembered although nothing of theirs waits."""


class Shelf(Protocol):
    """Where the requests wait that are not in memory."""

    async def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        """The next *limit* stored requests of a lane behind the place *after*, in order."""
        ...


class Schedule:
    """Every lane, a heap of those that could start something, and the hungry ones.

    The heap's times are promises not to be late: a lane may be found to wait longer when its time
    comes, and is then put back under the later one.
    """

    def __init__(self, pace: Pace, shelf: Shelf, clock: Callable[[], float]) -> None:
        self.lanes: dict[str, Lane] = {}
        self._pace = pace
        self._shelf = shelf
        self._clock = clock
        self._heap: list[tuple[float, int, Lane]] = []
        self._ticket = 0
        self._hungry: dict[str, Lane] = {}
        self._hunger = asyncio.Event()
        self._feeding = False
        self._closed = False
        self._sweep_at = _LANES_KEPT

    def lane(self, name: str) -> Lane:
        """The lane of that name, made when it is new."""
        lane = self.lanes.get(name)
        if lane is None:
            if len(self.lanes) >= self._sweep_at:
                self._sweep()
            lane = self.lanes[name] = Lane(name, self._pace.at(name))
        return lane

    def _sweep(self) -> None:
        """Forget the hosts that have nothing to do, so that memory follows what waits, not what was."""
        now = self._clock()
        for name in [name for name, lane in self.lanes.items() if lane.idle(now)]:
            del self.lanes[name]
        # Doubling keeps the cost of sweeping small however many lanes are busy.
        self._sweep_at = max(_LANES_KEPT, 2 * len(self.lanes))

    @property
    def window(self) -> int:
        """How many requests a lane keeps in memory: fewer the more lanes there are."""
        return max(_WINDOW_LEAST, min(_WINDOW_MOST, _WINDOW_TOTAL // max(1, len(self.lanes))))

    def offer(self, entry: Entry) -> Lane:
        """Let a request that was just stored wait in its lane; memory stays bounded."""
        lane = self.lane(entry.lane)
        lane.offer(entry)
        self._trim(lane)
        return lane

    def _trim(self, lane: Lane) -> None:
        # What is being loaded lies behind the horizon: moving it now would leave a gap between.
        if not lane.loading and len(lane.window) > 2 * self.window:
            lane.shrink(self.window)

    def add(self, lane: Lane) -> bool:
        """Let the lane take its turn as soon as it may; True when that may be sooner than was known."""
        if lane.full or lane.reading_robots:
            lane.scheduled = None
            return False
        due = lane.due(self._clock())
        if due is None:
            self._feed(lane)
            return False
        if lane.scheduled is not None and lane.scheduled <= due:
            return False
        lane.scheduled = due
        self._ticket += 1
        heapq.heappush(self._heap, (due, self._ticket, lane))
        return True

    def until_due(self) -> float | None:
        """Seconds until some lane may start a request, at most 0 when one may now; None: no lane can."""
        while self._heap:
            due, _, lane = self._heap[0]
            now = self._clock()
            if lane.scheduled == due:
                if due > now:
                    return due - now
                really = lane.due(now)
                if really is not None and really <= now:
                    return 0.0
                lane.scheduled = None
                heapq.heappop(self._heap)
                self.add(lane)
            else:
                heapq.heappop(self._heap)
        return None

    def pop(self) -> Lane:
        """Take the lane that `until_due` found."""
        lane = heapq.heappop(self._heap)[2]
        lane.scheduled = None
        return lane

    def _feed(self, lane: Lane) -> None:
        if lane.more_stored and not lane.loading and len(lane.window) <= self.window // 4:
            lane.loading = True
            self._hungry[lane.name] = lane
            self._hunger.set()

    def ate(self, lane: Lane) -> None:
        """A request left the lane's window: ask for more when it runs low."""
        self._feed(lane)

    @property
    def loading(self) -> bool:
        """True while requests are on their way from the store."""
        return self._feeding or bool(self._hungry)

    async def refill(self, taken: Collection[int], loaded: Callable[[], None]) -> None:
        """Load stored requests for hungry lanes until closed, calling *loaded* after each."""
        while not self._closed:
            await self._hunger.wait()
            self._hunger.clear()
            while self._hungry and not self._closed:
                _, lane = self._hungry.popitem()
                asked = self.window
                self._feeding = True
                lane.load(await self._shelf.waiting(lane.name, lane.horizon, asked), asked, taken)
                self._feeding = False
                self._trim(lane)
                self.add(lane)
                loaded()

    def close(self) -> None:
        """Let `refill` end."""
        self._closed = True
        self._hunger.set()
