"""How long an answer may take: a total time, and a floor of bytes a second; two timers for all tasks."""

from __future__ import annotations

import asyncio
from typing import Any

from scrapekit.errors import FetchError
from scrapekit.units import size_in_words
from scrapekit.web.deadline import Deadlines
from scrapekit.web.guard import Opening
from scrapekit.web.slowness import Floor, Window, is_too_slow, moved_on


class AnswerLimits:
    """Cancels tasks whose answer takes longer than *timeout* seconds, or is slower than *floor*.

    Use::

        limits.start(task, opening)
        try: ...
        except CancelledError: error = limits.stop(task, opening)
        finally: limits.stop(task, opening)
    """

    def __init__(self, timeout: float, floor: Floor | None) -> None:
        self._deadlines = Deadlines(timeout)
        self._floor = floor
        self._going: dict[asyncio.Task[Any], tuple[Opening, Window | None]] = {}
        self._slow: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, task: asyncio.Task[Any], opening: Opening) -> None:
        """From now on *task* is watched."""
        self._deadlines.start(task)
        if self._floor is not None:
            self._going[task] = opening, None
            if self._timer is None:
                self._look_later(self._floor)

    def extend(self, task: asyncio.Task[Any]) -> None:
        """From now on *task* has all of its time again."""
        self._deadlines.extend(task)

    def stop(self, task: asyncio.Task[Any], opening: Opening) -> FetchError | None:
        """Leave *task* alone again; the error that it was cancelled for, if it was.

        The cancellation is then taken back, as in `asyncio.timeout`.
        """
        self._going.pop(task, None)
        slow = bool(self._slow) and task in self._slow
        if slow:
            self._slow.discard(task)
            task.uncancel()
        if self._deadlines.stop(task):
            what = "the answer did not end" if opening.answered else "no answer"
            return FetchError(f"{what} within {self._deadlines.limit:g} s", retry=True)
        return self._too_slow() if slow else None

    def close(self) -> None:
        """Stop watching."""
        self._deadlines.close()
        if self._timer is not None:
            self._timer.cancel()
        self._going.clear()

    def _too_slow(self) -> FetchError:
        assert self._floor is not None
        rate = size_in_words(self._floor.rate)
        message = f"the answer came at less than {rate} a second for {self._floor.over:g} s"
        return FetchError(message, retry=True)

    def _look_later(self, floor: Floor) -> None:
        self._timer = asyncio.get_running_loop().call_later(floor.pause, self._look, floor)

    def _look(self, floor: Floor) -> None:
        self._timer = None
        for task, (opening, window) in list(self._going.items()):
            received = 0 if opening.wire is None else opening.wire.received
            if is_too_slow(window, received, floor):
                del self._going[task]
                self._slow.add(task)
                task.cancel()
            else:
                self._going[task] = opening, moved_on(window, received)
        if self._going:
            self._look_later(floor)
