"""One host's queue: a window of its requests in memory, the rest in the store, and when it may be asked."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable

from scrapekit.crawl.breaker import Trouble
from scrapekit.crawl.entries import Entry
from scrapekit.crawl.politeness import Pace
from scrapekit.crawl.retry_budget import Retries
from scrapekit.web.robots import Robots

_BEHIND_ALL = (1 << 62, 0)
_BEFORE_ALL = (-(1 << 62), 0)
_MOST_DELAYED = 64
"""A host with this many retries waiting gets no new request: it is failing, and memory is bounded."""


class Rules:
    """What is known of one origin's robots.txt."""

    __slots__ = ("answer", "tries", "until", "why")

    def __init__(self) -> None:
        self.answer: Robots | None = None
        """What it said last; None until it was read once."""
        self.until = -math.inf
        """When it has to be asked for again."""
        self.tries = 0
        """How often in a row it could not be read."""
        self.why = ""
        """Why nothing is fetched, where that is not what it says; empty where it is."""

    def learn(self, answer: Robots, until: float, why: str = "") -> None:
        """Let *answer* hold until then."""
        self.answer, self.until, self.why, self.tries = answer, until, why, 0


class Lane:
    """The requests of one host, in order, and the host's politeness state.

    Entries with a place up to ``horizon`` are in memory (waiting, delayed or taken); those behind it
    wait in the store, ``stored`` of them.
    """

    __slots__ = (
        "asked", "asking", "delay", "delayed", "horizon", "in_flight", "known", "last_start", "loading",
        "name", "next_start", "noted", "pace", "paused_until", "reason", "resting", "retries", "robots",
        "scheduled", "stored", "throttles", "trouble", "undo", "urgent", "window",
    )  # fmt: skip

    def __init__(self, name: str, pace: Pace) -> None:
        self.name = name
        self.pace = pace
        self.window: list[Entry] = []
        self.delayed: list[tuple[float, Entry]] = []
        """Retries, by the time they are due."""
        self.urgent: list[Entry] = []
        """Our own requests for robots.txt: they go first."""
        self.robots: dict[str, Rules] = {}
        """Origin → what is known of its robots.txt."""
        self.asking = 0
        """How many robots.txt are being read."""
        self.horizon = _BEHIND_ALL
        self.stored = 0
        self.loading = False
        self.in_flight = 0
        """Requests that were granted and not released, and those of a login or a token."""
        self.resting = 0
        """How many of these are not on the wire: they wait for a login or a token."""
        self.delay = pace.delay
        self.last_start = -math.inf
        self.next_start = 0.0
        self.undo: tuple[Entry, float, float, float] | None = None
        """The request that was granted last and when, with ``last_start`` and ``next_start`` as they were."""
        self.paused_until = 0.0
        self.reason = ""
        self.throttles = 0
        self.asked = 0
        """Requests that were granted, since the host is remembered."""
        self.retries: Retries | None = None
        """How many of its retries were in vain; None for a host that needed none."""
        self.trouble: Trouble | None = None
        """What is known of a host that failed last; None for one that answered."""
        self.known = False
        """True when an earlier run has asked the host."""
        self.noted = False
        """True where the store knows of more than a time: of a longer delay, or that it is parked."""
        self.scheduled: float | None = None
        """The time it stands under in the frontier's heap; None when it does not stand there."""

    def __repr__(self) -> str:
        return f"<Lane {self.name} waiting={self.waiting} in_flight={self.in_flight}>"

    @property
    def waiting(self) -> int:
        """How many requests wait here, in memory and in the store."""
        return len(self.window) + len(self.delayed) + self.stored

    @property
    def more_stored(self) -> bool:
        """True when the store may hold requests that are not in memory."""
        return self.horizon != _BEHIND_ALL

    @property
    def reading_robots(self) -> bool:
        """True while a robots.txt is being read that nothing may overtake."""
        return self.asking > 0 and not self.urgent

    @property
    def on_wire(self) -> int:
        """How many requests the host is busy with."""
        return self.in_flight - self.resting

    @property
    def earliest(self) -> float:
        """When the host may be asked again, whoever has reserved a start by now."""
        return max(self.last_start + self.delay, self.paused_until)

    def start(self, entry: Entry, now: float) -> None:
        """A request starts: the next one keeps its distance."""
        self.undo = entry, now, self.last_start, self.next_start
        self.last_start = now
        self.next_start = now + self.delay

    def unstart(self, entry: Entry) -> None:
        """Nobody was asked for this one: unless a start was taken since, the next owes it no distance."""
        if self.undo is None or self.undo[0] is not entry:
            return
        _, started, last_start, next_start = self.undo
        self.next_start = next_start
        if self.last_start == started:
            self.last_start = last_start

    def reserve(self, now: float) -> float:
        """The next start that nobody has, no earlier than *now*; it is taken from now on."""
        start = max(now, self.next_start, self.paused_until)
        self.next_start = start + self.delay
        self.undo = None
        return start

    @property
    def parked(self) -> bool:
        """True while its host is left in peace because it kept failing, but for a probe."""
        return self.trouble is not None and self.trouble.parks > 0

    @property
    def lost(self) -> bool:
        """True while nothing of it is granted, for its host did not come back."""
        return self.trouble is not None and self.trouble.is_lost(self.pace) and not self.trouble.given_up

    @property
    def full(self) -> bool:
        """True when nothing more may be sent for now: a parked host is sent one request at a time."""
        return self.in_flight >= (1 if self.parked else self.pace.per_host)

    def idle(self, now: float) -> bool:
        """True when nothing waits or runs here and the host may be asked: it can be forgotten."""
        busy = self.window or self.delayed or self.asking or self.in_flight or self.more_stored
        return not busy and not self.throttles and max(self.next_start, self.paused_until) <= now

    def remember_stored(self, count: int) -> None:
        """Begin with *count* requests in the store and none in memory."""
        self.stored = count
        self.horizon = _BEFORE_ALL if count else _BEHIND_ALL

    def offer(self, entry: Entry) -> None:
        """A request was just stored: keep it in memory when it lies within the horizon."""
        if entry.place <= self.horizon:
            heapq.heappush(self.window, entry)
        else:
            self.stored += 1

    def load(self, entries: Iterable[Entry], asked: int, taken: Collection[int]) -> None:
        """Take what the store gave for ``waiting(after=horizon, limit=asked)``.

        *taken* are the sequence numbers in memory already (in flight, or waiting for a retry).
        """
        loaded = list(entries)
        for entry in loaded:
            if entry.seq not in taken:
                heapq.heappush(self.window, entry)
        if len(loaded) < asked:
            self.horizon, self.stored = _BEHIND_ALL, 0
        else:
            self.horizon = loaded[-1].place
            self.stored = max(0, self.stored - len(loaded))
        self.loading = False

    def shrink(self, size: int) -> list[Entry]:
        """Keep the first *size* requests in memory and leave the rest to the store; gives what was left."""
        self.window.sort()
        left = self.window[size:]
        del self.window[size:]
        self.horizon = self.window[-1].place if self.window else _BEFORE_ALL
        self.stored += len(left)
        return left

    def pause(self, until: float, reason: str) -> None:
        """Let nothing start before *until*; a longer pause that already holds is kept."""
        if until > self.paused_until:
            self.paused_until = until
            self.reason = reason

    def due(self, now: float) -> float | None:
        """When its next request may start, no earlier than *now*; None when it has none in memory."""
        if self.lost:
            return None
        floor = max(self.next_start, self.paused_until)
        if self.urgent or (self.window and len(self.delayed) < _MOST_DELAYED):
            return max(floor, now)
        if self.delayed:
            return max(floor, self.delayed[0][0], now)
        return None

    def head(self, now: float) -> Entry:
        """The request that goes next; call only when one is due."""
        if self.urgent:
            return self.urgent[0]
        return self.delayed[0][1] if self._delayed_goes(now) else self.window[0]

    def pop(self, now: float) -> Entry:
        """Take the request that goes next."""
        if self.urgent:
            return self.urgent.pop(0)
        if self._delayed_goes(now):
            return heapq.heappop(self.delayed)[1]
        return heapq.heappop(self.window)

    def _delayed_goes(self, now: float) -> bool:
        if not self.delayed:
            return False
        if self.trouble is not None:
            # A page that failed before says less of the host than one that was not tried yet.
            return not self.window or len(self.delayed) >= _MOST_DELAYED
        return self.delayed[0][0] <= now or not self.window or len(self.delayed) >= _MOST_DELAYED
