"""A listener inside the crawling process that measures it: a line of JSON twice a second, to the end.

Installed by a metadata folder beside a copy of it on the child's path, as any plugin is. It also ends the
process when whoever started it has gone: a soak that is stopped must not go on against no server.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from scrapekit import hookimpl

_BEAT = 0.01
_EVERY = 0.5
_PAGE = resource.getpagesize()
LOG = "SCRAPEKIT_SOAK_LOG"


class Probe:
    """Counts what is committed and beats every ten milliseconds; how late a beat comes is the loop's lag."""

    def __init__(self) -> None:
        self._done = 0
        self._lags: Counter[int] = Counter()
        self._parent = os.getppid()
        self._log = os.open(os.environ[LOG], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._job = Path()
        self._next_line = 0.0

    @hookimpl
    def run_started(self, job: str, resumed: bool) -> None:
        self._job = Path(job)
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + _BEAT
        self._loop.call_at(self._due, self._beat)

    @hookimpl
    def group_committed(self, requests: int) -> None:
        self._done += requests

    @hookimpl
    def run_finished(self) -> None:
        self._write()

    def _beat(self) -> None:
        now = self._loop.time()
        self._lags[round(1000 * (now - self._due))] += 1
        if now >= self._next_line:
            self._next_line = now + _EVERY
            self._write()
            if os.getppid() != self._parent:
                os.kill(os.getpid(), signal.SIGKILL)
        self._due = self._loop.time() + _BEAT
        self._loop.call_at(self._due, self._beat)

    def _write(self) -> None:
        lags, self._lags = self._lags, Counter()
        line: dict[str, Any] = {
            "pid": os.getpid(),
            "time": time.time(),
            "done": self._done,
            "rss": int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE,
            "files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - a name each is enough
            "tasks": len(asyncio.all_tasks()),
            "threads": threading.active_count(),
            "store": self._size("job.sqlite"),
            "log": self._size("job.sqlite-wal"),
            "lags": lags,
        }
        os.write(self._log, json.dumps(line).encode() + b"\n")

    def _size(self, name: str) -> int:
        try:
            return (self._job / name).stat().st_size
        except OSError:
            return 0
