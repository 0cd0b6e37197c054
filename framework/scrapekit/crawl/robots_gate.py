"""robots.txt first: no page of an origin is asked for before its rules are known, and none they forbid."""

from __future__ import annotations

import random
from collections.abc import Callable

from scrapekit.crawl.entries import ROBOTS_PAGE, UNREADABLE, Entry
from scrapekit.crawl.lane import Lane, Rules
from scrapekit.crawl.parking import Parking
from scrapekit.crawl.politeness import LONGEST_PAUSE, MOST_ROBOTS_TRIES, backoff, delay_floor, too_slow
from scrapekit.node import shown
from scrapekit.request import Request
from scrapekit.web.robots import DENY_ALL, Robots, RobotsNotNow
from scrapekit.web.url import lane_of, origin_of

FORBIDDEN = "robots.txt does not allow it"
"""Begins the reason for what a rule forbids; the rule follows, where it is known."""

GOOD_FOR = 86_400.0
"""Seconds after which a robots.txt is read again (RFC 9309 2.4)."""

_OLD_ONE_STAYS = 3_600.0
"""Seconds for which rules that could not be read again hold as they were (RFC 9309 2.4)."""


TOO_SLOW = "robots.txt asks for {:g} s between two requests, more than crawl.max_delay ({:g} s)"
"""Why nothing of a host is fetched that could not be fetched in any sensible time."""


class RobotsGate:
    """What each lane knows of robots.txt, and what has to be asked."""

    def __init__(self, rng: random.Random, parking: Parking) -> None:
        self._rng = rng
        self._parking = parking

    def first(self, lane: Lane, url: str, now: float) -> Entry | None:
        """The request for robots.txt that must go before *url*; None when the rules are known."""
        if lane.urgent or not lane.pace.obey_robots:
            return None
        origin = origin_of(url)
        rules = lane.robots.get(origin)
        if rules is not None and now < rules.until:
            return None
        lane.asking += 1
        return _entry(origin, Request(f"{origin}/robots.txt", ROBOTS_PAGE))

    def refusal(self, lane: Lane, entry: Entry) -> str:
        """Why robots.txt does not let this request be fetched; empty when it does."""
        if entry.robots_of or not lane.pace.obey_robots:
            return ""
        rules = lane.robots[origin_of(entry.request.url)]
        if rules.answer is None or rules.answer.allows(entry.request.url):
            return ""
        line = rules.answer.line_against(entry.request.url)
        return rules.why or FORBIDDEN + (f" ({shown(line.text)}, line {line.number})" if line else "")

    def take(
        self,
        entry: Entry,
        answer: Robots | Request | RobotsNotNow,
        lane: Callable[[str], Lane],
        now: float,
    ) -> tuple[Lane, bool]:
        """The lane, found by *lane*, that can go on; True where a run that goes on has to know of it."""
        if not isinstance(answer, Request):
            of = lane(lane_of(entry.robots_of))
            return of, self._read(of, entry.robots_of, answer, now)
        # A redirect: it is asked for at its target's host, and stays the first host's robots.txt.
        hop = _entry(entry.robots_of, answer)
        target = lane(hop.lane)
        target.urgent.append(hop)
        return target, False

    def _read(self, lane: Lane, origin: str, answer: Robots | RobotsNotNow, now: float) -> bool:
        """Note an answer for an origin of *lane*; True where a run that goes on has to know of it.

        An unreadable robots.txt means "fetch nothing" (RFC 9309 2.3.1.4): it is asked for again a
        few times, and then the origin is left alone for a day. Rules that were read before stay.
        """
        lane.asking -= 1
        rules = lane.robots.setdefault(origin, Rules())
        if isinstance(answer, RobotsNotNow):
            self._not_now(lane, rules, answer, now)
            return True
        if too_slow(lane.pace, answer.crawl_delay):
            why = TOO_SLOW.format(answer.crawl_delay, lane.pace.max_delay)
            rules.learn(DENY_ALL, now + GOOD_FOR, why)
            return False
        rules.learn(answer, now + GOOD_FOR)
        # The file's own request counts: the first page keeps the distance that the file asks for.
        longer = max(0.0, self.floor(lane) - lane.delay)
        lane.delay += longer
        lane.next_start += longer
        return longer > 0

    def _not_now(self, lane: Lane, rules: Rules, answer: RobotsNotNow, now: float) -> None:
        if rules.answer is not None:
            rules.until = now + _OLD_ONE_STAYS
            return
        rules.tries += 1
        enough = answer.final or rules.tries >= MOST_ROBOTS_TRIES
        if self._parking.unreadable(lane, str(answer), enough=enough):
            rules.tries = 0
            return
        if enough:
            rules.learn(DENY_ALL, now + GOOD_FOR, f"{UNREADABLE}: {answer}")
            return
        wait = answer.retry_after if answer.retry_after is not None else backoff(rules.tries, self._rng)
        lane.pause(now + min(wait, LONGEST_PAUSE), f"robots.txt: {answer}")

    def forget(self, lane: Lane) -> None:
        """A request for robots.txt was cancelled: it has to be made again."""
        lane.asking -= 1

    def floor(self, lane: Lane) -> float:
        """Seconds between two starts on the lane's host that nothing may go below."""
        answers = [rules.answer for rules in lane.robots.values() if rules.answer is not None]
        delays = [answer.crawl_delay for answer in answers]
        return delay_floor(lane.pace, max((delay for delay in delays if delay), default=None))


def _entry(origin: str, request: Request) -> Entry:
    entry = Entry(request, lane_of(request.url), 0, 0, 0)
    entry.robots_of = origin
    return entry
