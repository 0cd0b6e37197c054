"""When a host that keeps failing is left alone, and when it is probed again: pure decisions.

A circuit breaker. Closed, every page is asked for; after so many failed pages in a row the host is
*parked*: nothing goes there for a while, then one page as a probe. An answer ends it; a probe that fails
parks the host again, for twice as long, and after the last probe it is left alone for this run.
"""

from __future__ import annotations

from scrapekit.crawl.politeness import Pace
from scrapekit.errors import FetchError

_FIRST_REST = 60.0
_LONGEST_REST = 600.0


def host_fails(error: FetchError) -> bool | None:
    """True where the host is at fault, False where it answered, None where the error says nothing of it.

    At fault is a host that cannot be reached, does not answer in time or breaks off, and one that answers
    with an error of its own (RFC 9110 15.6). One that asks for patience, as by 429, is there. What the recipe
    itself is patient with is left to it.
    """
    if error.patience is not None:
        return None
    if error.throttled or (error.status is not None and error.status < 500):
        return False
    if error.retry:
        return True
    # 501 and 505 speak of the request, so they are an answer. Without a status nothing was said.
    return None if error.status is None else False


def rest(parks: int) -> float:
    """Seconds for which a host is left in peace that is parked for that many times in a row."""
    return min(_LONGEST_REST, _FIRST_REST * 2.0 ** (parks - 1))


class Trouble:
    """What is known of a host that failed last; one that answered has none."""

    __slots__ = ("failures", "given_up", "parks", "probing", "reason")

    def __init__(self, parks: int = 0, reason: str = "") -> None:
        self.failures = 0
        """Pages in a row that failed for the first time; later tries of the same pages tell nothing new."""
        self.parks = parks
        """How many times in a row the host was parked; 0: every page is asked for."""
        self.probing = False
        """True while what is in flight was sent after the last rest."""
        self.reason = reason
        self.given_up = ""
        """Why its pages count as failed without being asked for; empty while they wait."""

    def failed(self, reason: str, *, first: bool, pace: Pace) -> bool:
        """Note a page that failed, for the *first* time or again; True when that parks the host."""
        if self.parks and not self.probing:
            return False  # it was sent before the host was parked
        self.failures += first
        if not self.parks and self.failures < pace.park_after:
            return False
        self.park(reason)
        return True

    def park(self, reason: str) -> None:
        """Leave the host in peace, for longer than the last time."""
        self.parks += 1
        self.probing = False
        self.reason = reason

    def is_lost(self, pace: Pace) -> bool:
        """True once the last probe failed: nothing goes to the host in this run."""
        return self.parks > pace.park_probes
