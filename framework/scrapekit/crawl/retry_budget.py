"""When a page that failed is tried again, for its host's sake: a pure decision.

When a host is in trouble each of its pages fails, and trying each again several times multiplies the load
that it cannot bear. So retries in vain are a tenth of what a host is asked for, and no page is lost to that:
a retry beyond is put off, to a tenth of the host's pace. A host where hardly anything comes slows down its
own crawl; that pages failed before is no reason to leave out others, which may well come.
"""

from __future__ import annotations

_FREE = 50
"""A small crawl over a host that stumbles gets all its retries at once."""
_SHARE = 0.1
_LEAST_DELAY = 0.02
"""Seconds that a host without a delay counts as having: five retries a second, of fifty requests and more."""
_LONGEST_SPACING = 60.0
"""With a delay above six seconds a host has peace enough, and a crawl would hardly end."""


class Retries:
    """How many retries of one host were in vain, and when the next one that is put off may start."""

    __slots__ = ("next_start", "vain")

    def __init__(self) -> None:
        self.vain = 0
        """Retries that failed again, in a way that yet another may mend."""
        self.next_start = 0.0

    def wait(self, now: float, backoff: float, *, asked: int, waiting: int, delay: float) -> float:
        """Seconds until a page may be tried again, at least *backoff*.

        *asked*: requests the host got; *waiting*: retries that wait already; *delay*: between two starts.
        """
        if has_room(asked, self.vain + waiting):
            return backoff
        start = max(now + backoff, self.next_start)
        self.next_start = start + spacing(delay)
        return start - now


def has_room(asked: int, spent: int) -> bool:
    """Whether a host that got *asked* requests can bear a retry beside *spent* others."""
    return spent < _FREE + _SHARE * asked


def spacing(delay: float) -> float:
    """Seconds between two retries of a host whose requests are *delay* apart: ten times as many."""
    return max(delay, min(_LONGEST_SPACING, max(delay, _LEAST_DELAY) / _SHARE))
