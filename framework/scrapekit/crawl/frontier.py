"""Which request is next: each URL once, each host at its own pace.

The frontier owns *what, when and how politely*; whoever asks it owns nothing. `next` waits for
whatever is missing: a free slot, a host that may be asked again, a request.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Sequence

from scrapekit.crawl.answering import Answering
from scrapekit.crawl.entries import Entry, LaneMark, LaneState
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.lane_memory import mark_lanes, restore_lane
from scrapekit.crawl.lane_words import busiest_hosts, next_due
from scrapekit.crawl.parking import Parking
from scrapekit.crawl.politeness import GiveUp, Pace, Retry
from scrapekit.crawl.robots_gate import RobotsGate
from scrapekit.crawl.schedule import Schedule, Shelf
from scrapekit.crawl.slots import Slots
from scrapekit.crawl.turns import LaneTurns
from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.report import HostState
from scrapekit.request import Request
from scrapekit.web.robots import Robots, RobotsNotNow
from scrapekit.web.url import lane_of


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
        self.slots = Slots(pace.concurrency)
        self._clock = clock
        rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self._schedule = Schedule(pace, shelf, clock)
        self._parking = Parking(clock)
        self._gate = RobotsGate(rng, self._parking)
        self._answering = Answering(pace, self._parking, self._gate, clock=clock, rng=rng)
        self.may_fail: Callable[[int], bool] = lambda requests: False
        """Asked at the end whether so many requests to hosts that are lost may count as failed."""
        self.turns = LaneTurns(self._schedule, clock, self._ready)
        """For what is sent in the middle of a granted request."""
        self._taken: set[int] = set()
        self._robots_asked = 0
        self._unfinished = 0
        self._closed = False
        self._more_seeds = True

    def __repr__(self) -> str:
        requests = f"{self._unfinished} unfinished, {self.in_flight} in flight"
        return f"<Frontier [Requests: {requests} | Lanes: {len(self._schedule.lanes)}]>"

    def restore(self, lanes: Iterable[LaneState], *, now_unix: float) -> None:
        """Begin with what a job folder remembers; a host's pause holds across the restart."""
        for state in lanes:
            lane = self._schedule.lane(state.name)
            restore_lane(lane, state, now=self._clock(), now_unix=now_unix)
            self._parking.restore(lane, state.parks)
            self._unfinished += state.waiting
            self._schedule.add(lane)

    def seeds_exhausted(self) -> None:
        """No more seeds will come: when the last request is done, `next` gives None."""
        self._more_seeds = False
        self.slots.look_again()

    @property
    def waiting(self) -> int:
        """Requests that are stored and not granted."""
        return self._unfinished - (self.slots.taken - self._robots_asked)

    @property
    def low(self) -> bool:
        """True when little waits that can be asked for, so that more seeds may be drawn."""
        return self._unfinished - self._parking.waiting < 4 * self.pace.concurrency

    @property
    def closed(self) -> bool:
        """True when nothing more is granted."""
        return self._closed

    def close(self) -> None:
        """Grant nothing more; `next` gives None from now on."""
        self._closed = True
        self.slots.look_again()
        self._schedule.close()

    async def next(self) -> Entry | None:
        """The next request that may start now; None when there is nothing left or it was closed.

        Nothing is left either when all that waits is for hosts that are lost. An entry with a ``refusal``
        may not be fetched: robots.txt forbids it, or its host was given up.
        """
        while not self._closed:
            if self._unfinished == 0 and not self._more_seeds:
                return None
            wait = self._schedule.until_due()
            if wait is not None and wait <= 0:
                if self.slots.want():
                    return self._grant()
                wait = None
            elif wait is None and self._stranded:
                if not self.may_fail(self._unfinished):
                    return None
                for lane in self._parking.give_up():
                    self._schedule.add(lane)
                continue
            await self.slots.wait_change(wait)
        return None

    @property
    def _stranded(self) -> bool:
        """True when nothing runs, nothing can start, and hosts that are lost are why."""
        more = self.slots.taken or self._more_seeds or self._schedule.loading
        return not more and bool(self._parking.lost)

    def _grant(self) -> Entry:
        now = self._clock()
        lane = self._schedule.pop()
        if lane.trouble is not None and lane.trouble.given_up:
            entry = lane.pop(now)
            entry.refusal, entry.refused_as = lane.trouble.given_up, Verdict.FAILED
        else:
            entry = self._gate.first(lane, lane.head(now).request.url, now) or lane.pop(now)
            entry.refusal = self._gate.refusal(lane, entry)
        self.slots.take()
        self.in_flight += 1
        lane.in_flight += 1
        if entry.robots_of:
            self._robots_asked += 1
        else:
            lane.asked += 1
            self._taken.add(entry.seq)
        if not entry.refusal:
            lane.start(entry, now)
            if lane.trouble is not None:
                lane.trouble.probing = True
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
        if not entry.replayed:
            self._answering.succeeded(self._schedule.lane(entry.lane))

    def failed(self, entry: Entry, error: FetchError) -> Retry | GiveUp:
        """Decide what a failed fetch means, and act on it: the entry is queued again, or given up."""
        lane = self._schedule.lane(entry.lane)
        decision = self._answering.failed(lane, entry, error)
        if isinstance(decision, Retry):
            self._delay(lane, entry, self._clock() + decision.wait)
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
        self.slots.free(1)
        self._ready(lane)

    def _delay(self, lane: Lane, entry: Entry, until: float) -> None:
        heapq.heappush(lane.delayed, (until, entry))
        self.slots.free(1)
        self._ready(lane)

    def robots_read(self, entry: Entry, answer: Robots | Request | RobotsNotNow) -> bool:
        """The answer to a request for robots.txt: rules, a further hop, or "not now".

        True where it makes the host wait, which has to hold across a restart.
        """
        self._robots_asked -= 1
        self.slots.free(1)
        lane, waits = self._gate.take(entry, answer, self._schedule.lane, self._clock())
        self._ready(lane)
        return waits

    def committed(self, done: Sequence[Entry], queued: Iterable[Entry]) -> None:
        """A group is durable: its slots are free, its new requests wait in their lanes."""
        self._unfinished -= len(done)
        self._taken.difference_update([entry.seq for entry in done])
        for entry in queued:
            self._unfinished += 1
            self._schedule.add(self._schedule.offer(entry))
        self.slots.free(len(done))

    def _ready(self, lane: Lane) -> None:
        if self._schedule.add(lane):
            self.slots.look_again()

    async def refill(self) -> None:
        """Load stored requests for the lanes that run low, until closed; run it as a task."""
        await self._schedule.refill(self._taken, self.slots.look_again)

    def lane_marks(self, names: Iterable[str], now_unix: float) -> dict[str, LaneMark]:
        """Lane → what a run that goes on has to know of it, where there is anything to say.

        A host that was forgotten has nothing to wait for.
        """
        known = self._schedule.lanes
        lanes = [known[name] for name in names if name in known]
        return mark_lanes(lanes, now=self._clock(), now_unix=now_unix)

    def parked(self) -> dict[str, str]:
        """Host → why it is parked, and how many requests wait for it; only hosts that keep failing."""
        return self._parking.in_words()

    def hosts(self) -> list[HostState]:
        """The busiest hosts, at most eight."""
        return busiest_hosts(self._schedule.lanes.values(), self._clock())

    def waiting_for(self) -> str:
        """In words, what nothing can start before; empty when something runs."""
        return "" if self.in_flight else next_due(self._schedule.lanes.values(), self._clock())
