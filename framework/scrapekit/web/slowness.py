"""Is an answer too slow to wait for: a floor of bytes a second, from its first byte on.

A total time-out must allow for large pages; a server that sends two bytes a second would hold its
slot for all of it. How long a server thinks before its first byte is for the time-out alone to bound.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOKS = 6
"""How often an answer is looked at before it is judged."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that an answer may bring: *rate* bytes a second, over *over* seconds."""

    rate: int
    over: float

    @property
    def pause(self) -> float:
        """Seconds between two looks."""
        return self.over / LOOKS


@dataclass(frozen=True, slots=True)
class Window:
    """What had come of an answer, in bytes, and how many looks ago.

    Looks are counted, not seconds: where our own loop stood still nobody looked, so no server is
    blamed for it.
    """

    received: int
    looks: int = 0


def is_too_slow(window: Window | None, received: int, floor: Floor) -> bool:
    """True when a whole window has brought less than the floor, now that *received* bytes have come."""
    if window is None or window.looks + 1 < LOOKS:
        return False
    return received - window.received < floor.rate * floor.over


def moved_on(window: Window | None, received: int) -> Window | None:
    """The window after one more look; None as long as nothing has come."""
    # 1. The first look that finds something begins the first window.
    if window is None:
        return Window(received) if received else None
    # 2. A full window was fast enough, and the next one begins.
    if window.looks + 1 >= LOOKS:
        return Window(received)
    return Window(window.received, window.looks + 1)
