"""What an answer, or the want of one, means for the lane of its host: eased, slowed, paused or parked."""

from __future__ import annotations

import random
from collections.abc import Callable

from scrapekit.crawl.entries import Entry
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.parking import Parking
from scrapekit.crawl.politeness import GiveUp, Pace, Retry, after_error, faster, slower
from scrapekit.crawl.retry_budget import may_retry
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
        entry.tries += 0 if error.throttled and not limited else 1
        lane.throttles += 1 if error.throttled else 0
        decision = after_error(
            error, tries=entry.tries, throttles=lane.throttles, pace=self._pace, rng=self._rng
        )
        if isinstance(decision, GiveUp):
            return decision
        # An answer that asks for patience has the host wait instead; what the recipe asks for, it gets.
        if not error.throttled and error.patience is None:
            if not may_retry(lane.asked, lane.retried):
                reason = f"{error}; so many pages of the host fail that it is not tried again"
                return GiveUp(error.verdict, reason)
            lane.retried += 1
        if error.throttled:
            lane.delay = slower(lane.delay)
        if decision.whole_host:
            lane.pause(self._clock() + decision.wait, decision.reason)
        return decision
