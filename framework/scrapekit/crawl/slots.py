"""How many requests are granted at a time over all hosts, and the waiting for one more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Slots:
    """So many slots; each is held until what it was taken for is durable. Lives on the event loop."""

    def __init__(self, number: int) -> None:
        self._number = self._free = number
        self._changed = asyncio.Event()
        self.starving = False
        """True while a request could start but no slot is free."""
        self.on_starving: Callable[[], None] = _nothing

    @property
    def taken(self) -> int:
        """How many are held."""
        return self._number - self._free

    def want(self) -> bool:
        """True where one can be taken; else whoever can free some is told that one is wanted."""
        if self._free > 0:
            return True
        self.starving = True
        self.on_starving()
        return False

    def take(self) -> None:
        """Hold one more."""
        self._free -= 1

    def free(self, slots: int) -> None:
        """Hold so many less."""
        self._free += slots
        self.starving = False
        self.look_again()

    def look_again(self) -> None:
        """Something else changed that is waited for."""
        self._changed.set()

    async def wait_change(self, seconds: float | None) -> None:
        """Wait until slots are freed or something else changes, for at most so many *seconds*."""
        self._changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass


def _nothing() -> None:
    """Who nobody listens to."""
