"""How many connections may wait for a further request: a crawl of many hosts must not use up all files."""

from __future__ import annotations

import resource
from contextlib import suppress

from scrapekit.web.guard import Wire

_WANTED = 4096
"""Open files that a process asks for where it was given fewer and may have more."""
_MOST = 1000
"""A connection that waits costs the server something, too."""


class Kept:
    """The connections over which nothing goes just now, the one used last at the end.

    aiohttp keeps each for half a minute, which with a thousand hosts is thousands: beyond *most* the one
    that has waited longest is closed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[Wire, None] = {}

    def use(self, connection: Wire) -> None:
        """A request is about to go over it."""
        self._waiting.pop(connection, None)

    def keep(self, connection: Wire) -> None:
        """Its answer has ended."""
        self._waiting.pop(connection, None)
        if not connection.is_connected():
            return
        self._waiting[connection] = None
        if len(self._waiting) > self._most:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.close()


def most_kept() -> int:
    """How many connections may wait: half of the files this process may open, a thousand at most.

    Asks the system for more files first, where it gives few by default.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _WANTED <= hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (_WANTED, hard))
            soft = _WANTED
    return _MOST if soft == resource.RLIM_INFINITY else min(_MOST, soft // 2)
