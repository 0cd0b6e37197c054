"""Which request is next: each URL once, each host at its own pace.

The frontier owns *what, when and how politely*; whoever asks it owns nothing. One lane a host, each
with a window of its requests in memory; `next` waits for whatever is missing: a free slot, a host
that may be asked again, a request.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from scrapekit.entries import ROBOTS_PAGE, Entry, LaneState
from scrapekit.errors import FetchError
from scrapekit.lane import Lane
from scrapekit.lane_words import busiest_hosts, next_due
from scrapekit.model import Request
from scrapekit.politeness import (
    LONGEST_PAUSE,
    MOST_ROBOTS_TRIES,
    GiveUp,
    Pace,
    Retry,
    after_error,
    backoff,
    delay_floor,
    faster,
    slower,
)
from scrapekit.report import HostState
from scrapekit.robots import DENY_ALL, Robots, RobotsNotNow
from scrapekit.url import lane_of, origin_of

_WINDOW_TOTAL = 16_384
_WINDOW_MOST = 512
_WINDOW_LEAST = 8


class Shelf(Protocol):
    """Where the requests wait that are not in memory."""

    async def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        """The next *limit* stored requests of a lane behind the place *after*, in order."""
        ...


class Frontier:
    """Grants requests, at most ``pace.concurrency`` at a time, until nothing is left.

    A slot is held from the grant until the outcome is durable (`committed`), so a killed run never
    repeats more than ``concurrency`` fetches. Not thread-safe: it lives on the event loop.
    """

    def __init__(
        self, pace: Pace, shelf: Shelf, *, clock: Callable[[], float], rng: random.Random | None = None
    ) -> None:
        self.pace = pace
        self._shelf = shelf
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self._lanes: dict[str, Lane] = {}
        self._due: list[tuple[float, int, Lane]] = []
        self._ticket = 0
        self._taken: set[int] = set()
        self._slots = pace.concurrency
        self._unfinished = 0
        self._closed = False
        self._more_seeds = True
        self._changed = asyncio.Event()
        self._hungry: dict[str, Lane] = {}
        self._hunger = asyncio.Event()
        self.starving = False
        """True while a request could start but no slot is free."""
        self.on_starving: Callable[[], None] = _nothing
        self.in_flight = 0
        self.retries = 0

    def __repr__(self) -> str:
        requests = f"{self._unfinished} unfinished, {self.in_flight} in flight"
        return f"<Frontier [Requests: {requests} | Lanes: {len(self._lanes)}]>"

    def restore(self, lanes: Iterable[LaneState], *, now_unix: float) -> None:
        """Begin with what a job folder remembers; a host's pause holds across the restart."""
        for state in lanes:
            lane = self._lane(state.name)
            lane.remember_stored(state.waiting)
            lane.next_start = self._clock() + max(0.0, min(state.not_before - now_unix, 3600.0))
            self._unfinished += state.waiting
            self._schedule(lane)

    def seeds_exhausted(self) -> None:
        """No more seeds will come: when the last request is done, `next` gives None."""
        self._more_seeds = False
        self._changed.set()

    @property
    def waiting(self) -> int:
        """Requests that are stored and not granted."""
        return self._unfinished - len(self._taken) + sum(len(lane.delayed) for lane in self._delaying())

    def _delaying(self) -> list[Lane]:
        return [lane for lane in self._lanes.values() if lane.delayed]

    @property
    def low(self) -> bool:
        """True when little waits, so that more seeds may be drawn."""
        return self._unfinished < 4 * self.pace.concurrency

    def close(self) -> None:
        """Grant nothing more; `next` gives None from now on."""
        self._closed = True
        self._changed.set()
        self._hunger.set()

    async def next(self) -> Entry | None:
        """The next request that may start now; None when there is nothing left or it was closed."""
        while not self._closed:
            if self._unfinished == 0 and not self._more_seeds:
                return None
            wait = self._until_due()
            if wait is not None and wait <= 0:
                if self._slots > 0:
                    return self._grant()
                self.starving = True
                self.on_starving()
                wait = None
            await self._wait_change(wait)
        return None

    async def _wait_change(self, seconds: float | None) -> None:
        self._changed.clear()
        if seconds is None:
            await self._changed.wait()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _until_due(self) -> float | None:
        """Seconds until some lane is due, None when none stands in the heap."""
        while self._due:
            due, _, lane = self._due[0]
            if lane.scheduled == due:
                return due - self._clock()
            heapq.heappop(self._due)
        return None

    def _grant(self) -> Entry:
        now = self._clock()
        lane = heapq.heappop(self._due)[2]
        lane.scheduled = None
        entry = self._robots_first(lane, lane.head(now).request.url) or lane.pop(now)
        self._slots -= 1
        self.in_flight += 1
        lane.in_flight += 1
        if not entry.robots_of:
            self._taken.add(entry.seq)
        entry.started = now
        lane.next_start = now + max(lane.delay, self.pace.delay)
        self._feed(lane)
        self._schedule(lane)
        return entry

    def _robots_first(self, lane: Lane, url: str) -> Entry | None:
        """The request for robots.txt when the lane's head needs one; nothing overtakes it."""
        if lane.urgent or not self.pace.obey_robots:
            return None
        origin = origin_of(url)
        if origin in lane.robots:
            return None
        lane.robots[origin] = None
        return _robots_entry(origin, f"{origin}/robots.txt", lane.name)

    def refusal(self, entry: Entry) -> str:
        """Why robots.txt does not let this request be fetched; empty when it does."""
        if entry.robots_of or not self.pace.obey_robots:
            return ""
        lane = self._lanes[entry.lane]
        origin = origin_of(entry.request.url)
        rules = lane.robots.get(origin)
        if rules is None or rules.allows(entry.request.url):
            return ""
        return lane.unreadable.get(origin, "robots.txt does not allow it")

    def release(self, entry: Entry) -> None:
        """The fetch is over: its host's slot is free. The global slot is freed by `committed`."""
        self.in_flight -= 1
        lane = self._lanes[entry.lane]
        lane.in_flight -= 1
        self._schedule(lane)

    def succeeded(self, entry: Entry) -> None:
        """A page came without complaint: a host that was slowed down is eased again."""
        lane = self._lanes[entry.lane]
        lane.throttles = 0
        floor = self._floor(lane)
        if lane.delay > floor:
            lane.delay = faster(lane.delay, floor)

    def failed(self, entry: Entry, error: FetchError) -> Retry | GiveUp:
        """Decide what a failed fetch means, and act on it: the entry is queued again, or given up."""
        lane = self._lanes[entry.lane]
        entry.tries += 0 if error.throttled else 1
        lane.throttles += 1 if error.throttled else 0
        decision = after_error(
            error, tries=entry.tries, throttles=lane.throttles, pace=self.pace, rng=self._rng
        )
        if isinstance(decision, Retry):
            now = self._clock()
            if error.throttled:
                lane.delay = slower(lane.delay)
            if decision.whole_host:
                self._pause(lane, now + decision.wait, decision.reason)
            self._again(lane, entry, now + decision.wait)
        return decision

    def _again(self, lane: Lane, entry: Entry, due: float) -> None:
        self.retries += 1
        heapq.heappush(lane.delayed, (due, entry))
        self._free(1)
        self._schedule(lane)

    def put_back(self, entry: Entry) -> None:
        """A fetch was cancelled before it ended: the request waits as before."""
        if entry.robots_of:
            self._lanes[entry.lane].robots.pop(entry.robots_of, None)
            self._free(1)
            return
        lane = self._lanes[entry.lane]
        heapq.heappush(lane.delayed, (self._clock(), entry))
        self._free(1)

    def _pause(self, lane: Lane, until: float, reason: str) -> None:
        if until > lane.paused_until:
            lane.paused_until = until
            lane.reason = reason

    def robots_read(self, entry: Entry, result: Robots | Request | RobotsNotNow) -> None:
        """The answer to a request for robots.txt: rules, a further hop, or "not now".

        An unreadable robots.txt means "fetch nothing" (RFC 9309 2.3.1.4): it is asked for again a
        few times, and then the origin is left alone for this run.
        """
        self._free(1)
        home = self._lane(lane_of(entry.robots_of))
        if isinstance(result, Request):
            hop = _robots_entry(entry.robots_of, result.url, lane_of(result.url), result.via)
            self._lane(hop.lane).urgent.append(hop)
            self._schedule(self._lane(hop.lane))
            return
        if isinstance(result, RobotsNotNow):
            self._robots_not_now(home, entry.robots_of, result)
        else:
            home.robots[entry.robots_of] = result
            home.delay = max(home.delay, self._floor(home))
        self._schedule(home)

    def _robots_not_now(self, lane: Lane, origin: str, answer: RobotsNotNow) -> None:
        tries = lane.robots_tries[origin] = lane.robots_tries.get(origin, 0) + 1
        if tries >= MOST_ROBOTS_TRIES:
            lane.robots[origin] = DENY_ALL
            lane.unreadable[origin] = f"robots.txt could not be read: {answer}"
            return
        del lane.robots[origin]
        wait = min(backoff(tries, self._rng), LONGEST_PAUSE)
        self._pause(lane, self._clock() + wait, f"robots.txt: {answer}")

    def committed(self, done: Iterable[Entry], queued: Sequence[Entry]) -> None:
        """A group is durable: its slots are free, its new requests wait in their lanes."""
        finished = 0
        for entry in done:
            self._taken.discard(entry.seq)
            finished += 1
        self._unfinished += len(queued) - finished
        for entry in queued:
            lane = self._lane(entry.lane)
            lane.offer(entry)
            if len(lane.window) > 2 * self._window():
                lane.shrink(self._window())
            if lane.scheduled is None:
                self._schedule(lane)
        self._free(finished)

    def _free(self, slots: int) -> None:
        self._slots += slots
        self.starving = False
        self._changed.set()

    def _lane(self, name: str) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(name, self.pace.delay)
        return lane

    def _floor(self, lane: Lane) -> float:
        delays = [rules.crawl_delay for rules in lane.robots.values() if rules is not None]
        return delay_floor(self.pace, max((delay for delay in delays if delay), default=None))

    def _window(self) -> int:
        return max(_WINDOW_LEAST, min(_WINDOW_MOST, _WINDOW_TOTAL // max(1, len(self._lanes))))

    def _schedule(self, lane: Lane) -> None:
        """Put a lane into the heap under the time its next request may start."""
        if lane.in_flight >= self.pace.per_host or lane.reading_robots:
            lane.scheduled = None
            return
        due = lane.due(self._clock())
        if due is None or due == lane.scheduled:
            self._feed(lane)
            return
        lane.scheduled = due
        self._ticket += 1
        heapq.heappush(self._due, (due, self._ticket, lane))
        self._changed.set()

    def _feed(self, lane: Lane) -> None:
        """Ask for more of a lane's stored requests when its window runs low."""
        if lane.more_stored and not lane.loading and len(lane.window) <= self._window() // 4:
            lane.loading = True
            self._hungry[lane.name] = lane
            self._hunger.set()

    async def refill(self) -> None:
        """Load stored requests for the lanes that run low, until closed; run it as a task."""
        while not self._closed:
            await self._hunger.wait()
            self._hunger.clear()
            while self._hungry and not self._closed:
                _, lane = self._hungry.popitem()
                asked = self._window()
                lane.load(await self._shelf.waiting(lane.name, lane.horizon, asked), asked, self._taken)
                self._schedule(lane)

    def resume_times(self, lanes: Iterable[str], now_unix: float) -> dict[str, float]:
        """Lane → Unix time before which it may not be asked, for those that have to wait at all."""
        now = self._clock()
        held = {}
        for name in lanes:
            lane = self._lanes[name]
            until = max(lane.next_start, lane.paused_until)
            if until > now:
                held[name] = now_unix + until - now
        return held

    def hosts(self) -> list[HostState]:
        """The busiest hosts, at most eight."""
        return busiest_hosts(self._lanes.values(), self.pace, self._clock())

    def waiting_for(self) -> str:
        """In words, what nothing can start before; empty when something runs."""
        return "" if self.in_flight else next_due(self._lanes.values(), self.pace, self._clock())


def _nothing() -> None:
    """Who nobody listens to."""


def _robots_entry(origin: str, url: str, lane: str, via: tuple[str, ...] = ()) -> Entry:
    entry = Entry(Request(url, ROBOTS_PAGE, via=via), lane, 0, 0, 0)
    entry.robots_of = origin
    return entry
