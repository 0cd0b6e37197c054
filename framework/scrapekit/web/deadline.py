"""One time limit for many tasks, kept with one timer: a timer for each costs 7 µs a page, this 1."""

from __future__ import annotations

import asyncio


class Deadlines:
    """Cancels every task that goes on for longer than *limit* seconds.

    As all limits are the same, the task that started first is due first. Use::

        deadlines.start(task)
        try: ...
        finally: late = deadlines.stop(task)
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._loop = asyncio.get_running_loop()
        self._due: dict[asyncio.Task[object], float] = {}
        self._late: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, task: asyncio.Task[object]) -> None:
        """From now on *task* has ``limit`` seconds."""
        due = self._loop.time() + self.limit
        self._due[task] = due
        if self._timer is None:
            self._timer = self._loop.call_at(due, self._check)

    def extend(self, task: asyncio.Task[object]) -> None:
        """From now on *task* has ``limit`` seconds again."""
        if self._due.pop(task, None) is not None:
            self.start(task)

    def stop(self, task: asyncio.Task[object]) -> bool:
        """Leave *task* alone again; True when it was cancelled for being late.

        The cancellation is then taken back, as in `asyncio.timeout`; what it interrupted is for the
        caller to turn into an error.
        """
        self._due.pop(task, None)
        if not self._late or task not in self._late:
            return False
        self._late.discard(task)
        task.uncancel()
        return True

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        self._due.clear()

    def _check(self) -> None:
        now = self._loop.time()
        self._timer = None
        for task, due in list(self._due.items()):
            if due > now:
                self._timer = self._loop.call_at(due, self._check)
                return
            del self._due[task]
            self._late.add(task)
            task.cancel()
