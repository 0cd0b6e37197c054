"""When a host may be asked again, and what a failed fetch asks of us: pure decisions.

Times are seconds on whatever clock the caller uses; nothing here waits or reads a clock.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from scrapekit.errors import FetchError, Patience
from scrapekit.model import Verdict

LONGEST_PAUSE = 120.0
"""The most that one answer may hold a host back. A Retry-After of a week must not hang the crawl."""

LONGEST_BACKOFF = 60.0
FIRST_BACKOFF = 1.0
MOST_THROTTLES = 8
"""How often in a row a host may say 429 before it is parked, or its URLs are blocked where none is."""

MOST_ROBOTS_TRIES = 4
"""How often an unreadable robots.txt is asked for before the host is left alone."""

_SLOWEST = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How politely hosts are asked: what the recipe says, a floor that nothing lowers."""

    delay: float = 0.5
    per_host: int = 2
    concurrency: int = 16
    retries: int = 2
    redirects: int = 10
    obey_robots: bool = True
    order: str = "breadth"
    max_delay: float = 300.0
    """The longest Crawl-delay that is kept; of a host that asks for more nothing is fetched. 0: any."""
    park_after: int = 10
    """So many pages in a row that fail park a host; 0: never."""
    park_probes: int = 3
    """How often a parked host is tried before it is left alone."""
    sites: Mapping[str, Pace] = field(default_factory=dict)
    """Host → the pace for it and the hosts below it, where the recipe says another."""

    def at(self, lane: str) -> Pace:
        """The pace for a lane: of its host, else of the nearest host above it, else this one."""
        if not self.sites:
            return self
        # A lane is a host, and its port where that is not the scheme's own; IPv6 stands in brackets.
        host = lane.rpartition(":")[0] if ":" in lane and not lane.endswith("]") else lane
        while host:
            if (pace := self.sites.get(host)) is not None:
                return pace
            host = host.partition(".")[2]
        return self


def delay_floor(pace: Pace, crawl_delay: float | None) -> float:
    """Seconds between two starts on one host: the recipe's delay or robots.txt's, whichever is longer.

    RFC 9309 knows no Crawl-delay: it is a record of its own sort (2.2.4), which many sites write and mean.
    """
    return max(pace.delay, crawl_delay or 0.0)


def too_slow(pace: Pace, crawl_delay: float | None) -> bool:
    """True where robots.txt asks for so long a delay that the host is better left alone.

    A shorter delay than a host asks for is impolite, and one of a day never ends.
    """
    return bool(pace.max_delay) and (crawl_delay or 0.0) > max(pace.max_delay, pace.delay)


def slower(delay: float, asked: float | None = None, throttles: int = 1) -> float:
    """The next delay of a host that said it is overloaded: doubled, from one second to a minute.

    One that *asked* for so many seconds (RFC 9110 10.2.3) knows what it can bear, and is not asked more
    slowly than that; else a host of whose answers a fifth say so would end at a minute. Where it has said so
    several times in a row (*throttles*), what it asked for is not enough: the delay is doubled for each.
    """
    slowed = min(_SLOWEST, max(1.0, delay * 2))
    if throttles > 1:
        return max(slowed, min(_SLOWEST, 2.0 ** min(throttles, 6)))
    return slowed if asked is None else max(delay, min(slowed, max(1.0, asked)))


def faster(delay: float, floor: float) -> float:
    """The next delay after an answer without complaint: a tenth less, never below the floor."""
    eased = delay * 0.9
    # Below 50 ms the last tenths are not worth tracking, and a floor of 0 would never be reached.
    return floor if eased < floor + 0.05 else eased


def backoff(tries: int, rng: random.Random) -> float:
    """Seconds before try number *tries* + 1: exponential with full jitter.

    Jitter over the whole interval spreads the retries of many clients best; a floor of a quarter
    keeps a lucky draw from retrying at once.
    """
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** max(0, tries - 1))
    return rng.uniform(longest / 4, longest)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again in ``wait`` seconds; with ``whole_host`` nothing goes to the host until then."""

    wait: float
    whole_host: bool
    reason: str
    parked: bool = False
    """True when the host was parked for this, or parked again."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The request ends here."""

    verdict: Verdict
    reason: str


def after_error(
    error: FetchError, *, tries: int, throttles: int, pace: Pace, rng: random.Random
) -> Retry | GiveUp:
    """What to do after fetch number *tries* of a URL failed.

    *throttles* counts how often in a row the host has said "slow down", this answer included. Such
    an answer pauses the host and costs the URL none of its tries: the URL is not at fault.
    """
    reason, patience = str(error), error.patience or _AS_ASKED
    most = pace.retries if patience.times is None else patience.times
    if patience.times is not None and tries > most:
        return _enough(error, tries)
    # 1. The host asked for patience: everyone waits, as long as it said (RFC 9110 10.2.3, RFC 6585 4).
    if error.throttled:
        if throttles > MOST_THROTTLES and patience.times is None:
            return GiveUp(Verdict.BLOCKED, f"{reason}; the host said so {throttles} times in a row")
        asked = error.retry_after if error.retry_after is not None else backoff(throttles, rng)
        wait = min(asked, LONGEST_PAUSE) if patience.wait is None else patience.wait
        return Retry(wait, patience.whole_host is not False, reason)
    # 2. Another try cannot help, or there were enough.
    if not error.retry:
        return GiveUp(error.verdict, reason)
    if tries > most:
        return _enough(error, tries)
    # 3. The recipe says how long.
    if patience.wait is not None:
        return Retry(patience.wait, patience.whole_host is True, reason)
    # 4. A wait the server named holds for the whole host; our own back-off only for this URL.
    if error.retry_after is not None:
        return Retry(min(error.retry_after, LONGEST_PAUSE), patience.whole_host is not False, reason)
    return Retry(backoff(tries, rng), patience.whole_host is True, reason)


_AS_ASKED = Patience()


def _enough(error: FetchError, tries: int) -> GiveUp:
    times = f"{tries} tries" if tries > 1 else "1 try"
    return GiveUp(error.verdict, f"{error} ({times})")
