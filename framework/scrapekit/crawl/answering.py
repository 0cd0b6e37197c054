"""What an answer, or the want of one, means for the lane of its host: eased, slowed, paused or parked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from scrapekit.crawl.entries import Entry
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.parking import Parking
from scrapekit.crawl.politeness import GiveUp, Pace, Retry, after_error, faster, slower
from scrapekit.crawl.retry_budget import Retries
from scrapekit.crawl.robots_gate import RobotsGate
from scrapekit.errors import FetchError


class Answering:
    """Applies the decisions of politeness to lanes; who waits where is for the frontier to say."""

    def __init__(
        self,
        pace: Pace,
        parking: Parking,
        gate: RobotsGate,
        *,
        clock: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self._pace = pace
        self._parking = parking
        self._gate = gate
        self._clock = clock
        self._rng = rng

    def succeeded(self, lane: Lane) -> None:
        """A page came without complaint: a host that was slowed down is eased again."""
        lane.throttles = 0
        if lane.trouble is not None:
            self._parking.answered(lane)
        if lane.delay > lane.pace.delay:
            lane.delay = faster(lane.delay, self._gate.floor(lane))

    def failed(self, lane: Lane, entry: Entry, error: FetchError) -> Retry | GiveUp:
        """Decide what a failed fetch means, and let the host wait where that is so."""
        if (kept := self._parking.failed(lane, entry, error)) is not None:
            return kept
        limited = error.patience is not None and error.patience.times is not None
        if error.throttled:
            lane.throttles += 1
            if not limited and (kept := self._parking.throttled(lane, error)) is not None:
                return kept
        if entry.tries and error.retry and not error.throttled and lane.retries is not None:
            lane.retries.vain += 1
        entry.tries += 0 if error.throttled and not limited else 1
        decision = after_error(
            error, tries=entry.tries, throttles=lane.throttles, pace=self._pace, rng=self._rng
        )
        if isinstance(decision, GiveUp):
            return decision
        if error.throttled:
            lane.delay = slower(lane.delay, error.retry_after, lane.throttles)
        if decision.whole_host:
            lane.pause(self._clock() + decision.wait, decision.reason)
            return decision
        # What the recipe asks for, it gets.
        return decision if error.throttled or error.patience else self._spared(lane, decision)

    def _spared(self, lane: Lane, decision: Retry) -> Retry:
        """The same, put off where the host has retries enough."""
        if lane.retries is None:
            lane.retries = Retries()
        wait = lane.retries.wait(
            self._clock(), decision.wait, asked=lane.asked, waiting=len(lane.delayed), delay=lane.delay
        )
        return replace(decision, wait=wait)
