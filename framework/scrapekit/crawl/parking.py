"""The hosts that are parked because they keep failing: their requests wait, and are not used up."""

from __future__ import annotations

from collections.abc import Callable

from scrapekit.crawl.breaker import Trouble, host_fails, rest
from scrapekit.crawl.entries import Entry
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.politeness import LONGEST_PAUSE, MOST_THROTTLES, Retry
from scrapekit.errors import FetchError, Patience


class Parking:
    """Parks lanes and lets them out; a healthy lane costs nothing but a look at each answer."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.lanes: dict[str, Lane] = {}
        """Those that are parked, by name."""

    @property
    def waiting(self) -> int:
        """How many requests wait for hosts that are parked."""
        return sum(lane.waiting for lane in self.lanes.values())

    @property
    def lost(self) -> list[Lane]:
        """The hosts that did not come back, and whose requests wait for another run."""
        return [lane for lane in self.lanes.values() if lane.lost]

    def answered(self, lane: Lane) -> None:
        """The host answered: it is as good as any."""
        lane.trouble = None
        self.lanes.pop(lane.name, None)

    def failed(self, lane: Lane, entry: Entry, error: FetchError) -> Retry | None:
        """Note a failed fetch. Where its host is parked the request waits there, and loses no try."""
        fails = host_fails(error)
        if fails is False and lane.trouble is not None and not error.throttled:
            self.answered(lane)
        if not fails or not lane.pace.park_after:
            return None
        if lane.trouble is None:
            lane.trouble = Trouble()
        parked = lane.trouble.failed(str(error), first=not entry.tries, pace=lane.pace)
        if parked:
            self._rest(lane, lane.trouble)
        if not lane.parked:
            return None
        return Retry(max(0.0, lane.paused_until - self._clock()), True, str(error), parked=parked)

    def throttled(self, lane: Lane, error: FetchError) -> Retry | None:
        """A host asked for patience. Where it does so without end it is parked, as one that fails.

        Its pages are not at fault, so none of them ends by it (RFC 6585 4).
        """
        trouble, parked = lane.trouble, lane.parked
        if not (parked or lane.throttles > MOST_THROTTLES) or not lane.pace.park_after:
            if trouble is not None and not parked:
                self.answered(lane)
            return None
        if trouble is None:
            trouble = lane.trouble = Trouble()
        again = trouble.probing or not parked
        if again:
            trouble.park(str(error))
            self._rest(lane, trouble)
        # A probe is no reason to wait less than the answer to it asks for (RFC 9110 10.2.3), or the recipe.
        patience, now = error.patience or Patience(), self._clock()
        asked = min(error.retry_after or 0.0, LONGEST_PAUSE) if patience.wait is None else patience.wait
        if patience.whole_host is not False:
            lane.pause(now + asked, str(error))
        return Retry(max(asked, lane.paused_until - now), True, str(error), parked=again)

    def unreadable(self, lane: Lane, reason: str, *, enough: bool) -> bool:
        """A robots.txt could not be read; True where that parks the host, and nothing is decided by it.

        So it is for a host that is parked, and with *enough* tries for one that an earlier run has asked:
        it is down, and what waits for it must not end because of that.
        """
        if not lane.parked and not (enough and lane.known and lane.pace.park_after):
            return False
        if lane.trouble is None:
            lane.trouble = Trouble()
        lane.trouble.park(f"robots.txt: {reason}")
        self._rest(lane, lane.trouble)
        return True

    def _rest(self, lane: Lane, trouble: Trouble) -> None:
        self.lanes[lane.name] = lane
        if not lane.lost:
            until = self._clock() + rest(trouble.parks)
            lane.pause(until, f"parked, for it keeps failing: {trouble.reason}")

    def restore(self, lane: Lane, parks: int) -> None:
        """Park the lane as an earlier run left it; one that was lost is probed anew."""
        parks = min(1, lane.pace.park_probes) if parks > lane.pace.park_probes else parks
        if not lane.pace.park_after or not parks:
            return
        lane.trouble = Trouble(parks, "it kept failing when the job was left")
        self.lanes[lane.name] = lane

    def give_up(self) -> list[Lane]:
        """Let all that waits for lost hosts count as failed; gives their lanes."""
        lost = self.lost
        for lane in lost:
            if lane.trouble is not None:
                reason = lane.trouble.reason
                lane.trouble.given_up = f"{lane.name} kept failing and did not come back: {reason}"
        return lost

    def in_words(self) -> dict[str, str]:
        """Host → why it is parked and how much waits for it."""
        return {
            lane.name: f"{lane.trouble.reason}; {_requests(lane.waiting)}"
            for lane in self.lanes.values()
            if lane.trouble is not None and lane.waiting
        }


def _requests(number: int) -> str:
    return f"{number:,} request{'s wait' if number != 1 else ' waits'}"
