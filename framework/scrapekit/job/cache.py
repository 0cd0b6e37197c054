"""Kept answers without waiting: one thread reads them at once and writes them in batches."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeAlias

from scrapekit.job.answers import AnswerFile, ToKeep
from scrapekit.web.replay import Answer, Key

_SECONDS = 0.25
_MOST_BYTES = 4 * 2**20
"""So much is gathered at most before it is written. Who looks for an answer waits until it is."""

Count: TypeAlias = Callable[[Mapping[str, int]], None]
_FAULTS = (OSError, sqlite3.DatabaseError, zlib.error, ValueError)
_log = logging.getLogger("scrapekit.cache")


class Cache:
    """Answers of one job folder, for tasks to find and keep.

    What fails while a run goes on is told once; from then on nothing is found and nothing kept: a
    run never depends on it.
    """

    def __init__(self, file: AnswerFile) -> None:
        self.count: Count = lambda counts: None
        """Told of what became of answers: ``stored``, ``withheld``, ``evicted``."""
        self.trouble = ""
        """Why it cannot be used any more; empty while it can."""
        self._file = file
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scrapekit-cache")
        self._gathered: list[ToKeep] = []
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writes: set[asyncio.Future[Counter[str] | None]] = set()

    async def open(self) -> None:
        """Open the file. Raises JobError when it cannot be used."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._file.open)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise

    async def find(self, key: Key) -> Answer | None:
        """The answer kept under a key."""
        if self.trouble:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._find, key)

    def _find(self, key: Key) -> Answer | None:
        try:
            return self._file.find(key)
        except _FAULTS as error:
            self._give_up(error)
            return None

    def keep(self, key: Key, answer: Answer, hidden: Sequence[str]) -> None:
        """Keep an answer, some time soon."""
        if self.trouble:
            return
        self._gathered.append(ToKeep(key, answer, hidden))
        self._bytes += len(answer.body)
        if self._bytes > _MOST_BYTES:
            self._write()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SECONDS, self._write)

    def _write(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        gathered, self._gathered, self._bytes = self._gathered, [], 0
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._written, gathered)
        self._writes.add(future)
        future.add_done_callback(self._counted)

    def _written(self, gathered: Sequence[ToKeep]) -> Counter[str] | None:
        if self.trouble:
            return None
        try:
            return self._file.write(gathered)
        except _FAULTS as error:
            self._give_up(error)
            return None

    def _counted(self, future: asyncio.Future[Counter[str] | None]) -> None:
        self._writes.discard(future)
        if not future.cancelled() and (counts := future.result()):
            self.count(counts)

    def _give_up(self, error: Exception) -> None:
        self.trouble = str(error)
        _log.warning("%s cannot be used any more: %s", self._file.path, error)

    async def settle(self) -> None:
        """Wait until everything is written that was to be kept."""
        self._write()
        while self._writes:
            await asyncio.wait(list(self._writes))

    async def close(self) -> None:
        """Write what is left and let go of the file."""
        try:
            await self.settle()
            with suppress(*_FAULTS):
                await asyncio.get_running_loop().run_in_executor(self._thread, self._file.close)
        finally:
            self._thread.shutdown(wait=True)
