"""When a page that failed is tried again, for its host's sake: a pure decision.

When a host is in trouble each of its pages fails, and trying each again several times multiplies the load
that it cannot bear. So retries in vain are a tenth of what a host is asked for, and no page is lost to that:
a retry beyond is put off, to a tenth of the host's pace. Only where page upon page was tried again, and
hardly one of them came, is that left.
"""

from __future__ import annotations

_FREE = 50
"""A small crawl over a host that stumbles gets all its retries at once."""
_SHARE = 0.1
_LEAST_DELAY = 0.02
"""Seconds that a host without a delay counts as having: five retries a second, of fifty requests and more."""
_LONGEST_SPACING = 60.0
"""With a delay above six seconds a host has peace enough, and a crawl would hardly end."""
_TELLING = 25
"""So many pages that were lost tell what trying others again is worth. Retries that bring one page in ten
would have saved one of them with a chance of 99 in a hundred."""
_WORTH = 0.05


class Retries:
    """What the retries of one host brought, and when the next one that is put off may start."""

    __slots__ = ("lost", "next_start", "saved", "vain")

    def __init__(self) -> None:
        self.vain = 0
        """Retries that failed again."""
        self.saved = 0
        """Pages that came after all."""
        self.lost = 0
        """Those that did not."""
        self.next_start = 0.0

    def ended(self, *, came: bool) -> None:
        """A page that was tried again came, or was tried often enough; what is long ago weighs less."""
        self.saved += came
        self.lost += not came
        if self.saved + self.lost >= 4 * _TELLING and is_worth_it(self.saved, self.lost):
            self.saved //= 2
            self.lost //= 2

    def wait(self, now: float, backoff: float, *, asked: int, waiting: int, delay: float) -> float | None:
        """Seconds until a page may be tried again, at least *backoff*; None where it is not worth while.

        *asked*: requests the host got; *waiting*: retries that wait already; *delay*: between two starts.
        """
        if not is_worth_it(self.saved, self.lost):
            return None
        if has_room(asked, self.vain + waiting):
            return backoff
        start = max(now + backoff, self.next_start)
        self.next_start = start + spacing(delay)
        return start - now


def has_room(asked: int, spent: int) -> bool:
    """Whether a host that got *asked* requests can bear a retry beside *spent* others."""
    return spent < _FREE + _SHARE * asked


def is_worth_it(saved: int, lost: int) -> bool:
    """False where page upon page was tried again, and hardly one of them came."""
    return lost < _TELLING or saved >= _WORTH * lost


def spacing(delay: float) -> float:
    """Seconds between two retries of a host whose requests are *delay* apart: ten times as many."""
    return max(delay, min(_LONGEST_SPACING, max(delay, _LEAST_DELAY) / _SHARE))
