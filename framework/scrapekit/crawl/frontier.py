"""Which request is next: each URL once, each host at its own pace.

The frontier owns *what, when and how politely*; whoever asks it owns nothing. `next` waits for
whatever is missing: a free slot, a host that may be asked again, a request.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable, Iterable, Sequence

from scrapekit.crawl.entries import Entry, LaneState
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.lane_words import busiest_hosts, next_due
from scrapekit.crawl.politeness import GiveUp, Pace, Retry, after_error, faster, slower
from scrapekit.crawl.retry_budget import may_retry
from scrapekit.crawl.robots_gate import RobotsGate
from scrapekit.crawl.schedule import Schedule, Shelf
from scrapekit.crawl.turns import LaneTurns
from scrapekit.errors import FetchError
from scrapekit.model import Request
from scrapekit.report import HostState
from scrapekit.web.robots import Robots, RobotsNotNow
from scrapekit.web.url import lane_of

_LONGEST_RESTORED_PAUSE = 3600.0
"""A host that would have to wait longer was not asked so: the clock was set back meanwhile."""


class Frontier:
    """Grants requests, at most ``pace.concurrency`` at a time, until nothing is left.

    A slot is held from the grant until the outcome is durable (`committed`), so a killed run never
    repeats more than ``concurrency`` fetches. Not thread-safe: it lives on the event loop.
    """

    def __init__(
        self, pace: Pace, shelf: Shelf, *, clock: Callable[[], float], rng: random.Random | None = None
    ) -> None:
        self.pace = pace
        self.in_flight = 0
        self.starving = False
        """True while a request could start but no slot is free."""
        self.on_starving: Callable[[], None] = _nothing
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self._schedule = Schedule(pace, shelf, clock)
        self._gate = RobotsGate(self._rng)
        self.turns = LaneTurns(self._schedule, clock, self._ready)
        """For what is sent in the middle of a granted request."""
        self._taken: set[int] = set()
        self._slots = pace.concurrency
        self._robots_asked = 0
        self._unfinished = 0
        self._closed = False
        self._more_seeds = True
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        requests = f"{self._unfinished} unfinished, {self.in_flight} in flight"
        return f"<Frontier [Requests: {requests} | Lanes: {len(self._schedule.lanes)}]>"

    def restore(self, lanes: Iterable[LaneState], *, now_unix: float) -> None:
        """Begin with what a job folder remembers; a host's pause holds across the restart."""
        for state in lanes:
            lane = self._schedule.lane(state.name)
            lane.remember_stored(state.waiting)
            pause = state.not_before - now_unix
            # A run that was killed may have asked just before, without a word to the store.
            pause = lane.delay if pause > _LONGEST_RESTORED_PAUSE else max(lane.delay, pause)
            lane.next_start = self._clock() + pause
            self._unfinished += state.waiting
            self._schedule.add(lane)

    def seeds_exhausted(self) -> None:
        """No more seeds will come: when the last request is done, `next` gives None."""
        self._more_seeds = False
        self._changed.set()

    @property
    def waiting(self) -> int:
        """Requests that are stored and not granted."""
        granted = self.pace.concurrency - self._slots - self._robots_asked
        return self._unfinished - granted

    @property
    def low(self) -> bool:
        """True when little waits, so that more seeds may be drawn."""
        return self._unfinished < 4 * self.pace.concurrency

    @property
    def closed(self) -> bool:
        """True when nothing more is granted."""
        return self._closed

    def close(self) -> None:
        """Grant nothing more; `next` gives None from now on."""
        self._closed = True
        self._changed.set()
        self._schedule.close()

    async def next(self) -> Entry | None:
        """The next request that may start now; None when there is nothing left or it was closed.

        An entry with a ``refusal`` may not be fetched: robots.txt forbids it.
        """
        while not self._closed:
            if self._unfinished == 0 and not self._more_seeds:
                return None
            wait = self._schedule.until_due()
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

    def _grant(self) -> Entry:
        now = self._clock()
        lane = self._schedule.pop()
        entry = self._gate.first(lane, lane.head(now).request.url, now) or lane.pop(now)
        entry.refusal = self._gate.refusal(lane, entry)
        self._slots -= 1
        self.in_flight += 1
        lane.in_flight += 1
        if entry.robots_of:
            self._robots_asked += 1
        else:
            lane.asked += 1
            self._taken.add(entry.seq)
        if not entry.refusal:
            lane.start(entry, now)
        self._schedule.ate(lane)
        self._schedule.add(lane)
        return entry

    def release(self, entry: Entry) -> None:
        """The fetch is over: its host's slot is free. The global slot is freed by `committed`."""
        self.in_flight -= 1
        lane = self._schedule.lane(entry.lane)
        lane.in_flight -= 1
        self.turns.freed()
        self._ready(lane)

    def unasked(self, entry: Entry) -> None:
        """The answer was known before: its host was not asked, so nothing has to keep a distance to it."""
        entry.replayed = True
        lane = self._schedule.lane(entry.lane)
        lane.unstart(entry)
        lane.asked -= 1
        self._ready(lane)

    def succeeded(self, entry: Entry) -> None:
        """A page came without complaint: a host that was slowed down is eased again."""
        entry.tries += 1
        if entry.replayed:
            return
        lane = self._schedule.lane(entry.lane)
        lane.throttles = 0
        if lane.delay > lane.pace.delay:
            lane.delay = faster(lane.delay, self._gate.floor(lane))

    def failed(self, entry: Entry, error: FetchError) -> Retry | GiveUp:
        """Decide what a failed fetch means, and act on it: the entry is queued again, or given up."""
        lane = self._schedule.lane(entry.lane)
        limited = error.patience is not None and error.patience.times is not None
        entry.tries += 0 if error.throttled and not limited else 1
        lane.throttles += 1 if error.throttled else 0
        decision = after_error(
            error, tries=entry.tries, throttles=lane.throttles, pace=self.pace, rng=self._rng
        )
        # An answer that asks for patience has the host wait instead; what the recipe asks for, it gets.
        if isinstance(decision, Retry) and not error.throttled and error.patience is None:
            if not may_retry(lane.asked, lane.retried):
                return GiveUp(
                    error.verdict, f"{error}; so many pages of the host fail that it is not tried again"
                )
            lane.retried += 1
        if isinstance(decision, Retry):
            until = self._clock() + decision.wait
            if error.throttled:
                lane.delay = slower(lane.delay)
            if decision.whole_host:
                lane.pause(until, decision.reason)
            self._delay(lane, entry, until)
        return decision

    def put_back(self, entry: Entry) -> None:
        """A fetch was cancelled before it ended: the request waits as before."""
        if not entry.robots_of:
            entry.replayed = False
            self._delay(self._schedule.lane(entry.lane), entry, self._clock())
            return
        lane = self._schedule.lane(lane_of(entry.robots_of))
        self._gate.forget(lane)
        self._robots_asked -= 1
        self._free(1)
        self._ready(lane)

    def _delay(self, lane: Lane, entry: Entry, until: float) -> None:
        heapq.heappush(lane.delayed, (until, entry))
        self._free(1)
        self._ready(lane)

    def robots_read(self, entry: Entry, answer: Robots | Request | RobotsNotNow) -> None:
        """The answer to a request for robots.txt: rules, a further hop, or "not now"."""
        self._robots_asked -= 1
        self._free(1)
        if isinstance(answer, Request):
            hop = self._gate.hop(entry, answer)
            lane = self._schedule.lane(hop.lane)
            lane.urgent.append(hop)
        else:
            lane = self._schedule.lane(lane_of(entry.robots_of))
            self._gate.read(lane, entry.robots_of, answer, self._clock())
        self._ready(lane)

    def committed(self, done: Sequence[Entry], queued: Iterable[Entry]) -> None:
        """A group is durable: its slots are free, its new requests wait in their lanes."""
        self._unfinished -= len(done)
        self._taken.difference_update([entry.seq for entry in done])
        for entry in queued:
            self._unfinished += 1
            self._schedule.add(self._schedule.offer(entry))
        self._free(len(done))

    def _free(self, slots: int) -> None:
        self._slots += slots
        self.starving = False
        self._changed.set()

    def _ready(self, lane: Lane) -> None:
        if self._schedule.add(lane):
            self._changed.set()

    async def refill(self) -> None:
        """Load stored requests for the lanes that run low, until closed; run it as a task."""
        await self._schedule.refill(self._taken, self._changed.set)

    def resume_times(self, lanes: Iterable[str], now_unix: float) -> dict[str, float]:
        """Lane → Unix time before which it may not be asked, for those that have to wait at all.

        `restore` adds the recipe's delay. It does not know of a longer one, so the next start, which
        a kill would leave unnoted, is counted in here.
        """
        now = self._clock()
        held = {}
        for name in lanes:
            # A host that was forgotten has nothing to wait for.
            if (lane := self._schedule.lanes.get(name)) is None:
                continue
            unnoted = lane.delay if lane.delay > lane.pace.delay else 0.0
            until = max(lane.next_start + unnoted, lane.paused_until)
            if until > now:
                held[name] = now_unix + until - now
        return held

    def hosts(self) -> list[HostState]:
        """The busiest hosts, at most eight."""
        return busiest_hosts(self._schedule.lanes.values(), self._clock())

    def waiting_for(self) -> str:
        """In words, what nothing can start before; empty when something runs."""
        return "" if self.in_flight else next_due(self._schedule.lanes.values(), self._clock())


def _nothing() -> None:
    """Who nobody listens to."""
