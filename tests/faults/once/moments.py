"""When a running job is interrupted: moments that a driver waits for, each a small program of its own."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from once.shop import Shop

_LOOK = 0.001


@dataclass(frozen=True, slots=True)
class Running:
    """A job's process, where it runs, and the shop it crawls."""

    folder: Path
    process: subprocess.Popen[bytes]
    shop: Shop

    @property
    def job(self) -> Path:
        """The job folder."""
        return self.folder / ".scrapekit" / "shop"

    @property
    def over(self) -> bool:
        return self.process.poll() is not None


class Moment(Protocol):
    """Something to wait for."""

    def wait(self, run: Running) -> None:
        """Return at the moment, or when the process has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Seconds:
    """So long after the start: within the first second that is while it starts."""

    seconds: float

    def wait(self, run: Running) -> None:
        with suppress(subprocess.TimeoutExpired):
            run.process.wait(self.seconds)


@dataclass(frozen=True, slots=True)
class Requests:
    """When the shop was asked so often by this run."""

    count: int

    def wait(self, run: Running) -> None:
        until = len(run.shop.log) + self.count
        while len(run.shop.log) < until and not run.over:
            time.sleep(_LOOK)


@dataclass(frozen=True, slots=True)
class Commit:
    """In the middle of the *number*-th commit: when the store's log has just been written to."""

    number: int

    def wait(self, run: Running) -> None:
        _wait_changes(run, [run.job / "job.sqlite-wal"], self.number)


@dataclass(frozen=True, slots=True)
class Export:
    """While records are exported: when some file of them has just grown, for the *number*-th time."""

    number: int

    def wait(self, run: Running) -> None:
        _wait_changes(run, [run.folder / "out"], self.number)


@dataclass(frozen=True, slots=True)
class LastPage:
    """So many seconds after the last product's page was asked for: files are put in place."""

    after: float

    def wait(self, run: Running) -> None:
        wanted = {f"/product/{number}" for number in range(run.shop.pages)}
        while not run.over and not wanted <= {path for _, path in list(run.shop.log)}:
            time.sleep(5 * _LOOK)
        time.sleep(self.after)


@dataclass(frozen=True, slots=True)
class Noted:
    """So many seconds after the store noted that the job has ended, before anybody was told."""

    after: float

    def wait(self, run: Running) -> None:
        while not run.over:
            if facts(run.folder).get("finished"):
                time.sleep(self.after)
                return
            time.sleep(2 * _LOOK)


def facts(folder: Path) -> dict[str, str]:
    """What the job's store has noted; empty while there is no store."""
    store = folder / ".scrapekit" / "shop" / "job.sqlite"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return dict(db.execute("SELECT key, value FROM meta"))
    return {}


def _wait_changes(run: Running, paths: Sequence[Path], times: int) -> None:
    before, seen = _state(paths), 0
    while seen < times and not run.over:
        time.sleep(_LOOK / 4)
        now = _state(paths)
        seen += now != before
        before = now


def _state(paths: Sequence[Path]) -> list[tuple[str, int, int]]:
    found = []
    for path in paths:
        with suppress(OSError):
            for file in path.iterdir() if path.is_dir() else [path]:
                with suppress(OSError):
                    stat = file.stat()
                    found.append((file.name, stat.st_size, stat.st_mtime_ns))
    return sorted(found)


WHENS = ("start", "request", "commit", "export", "last", "noted")


def some_moment(rng: random.Random, when: str, share: int) -> Moment:
    """A random moment of a kind (one of `WHENS`), within the next *share* requests where it counts them."""
    match when:
        case "start":
            return Seconds(rng.uniform(0.02, 1.2))
        case "commit":
            return Commit(rng.randint(1, max(2, share // 15)))
        case "export":
            return Export(rng.randint(1, max(2, share // 10)))
        case "last":
            return LastPage(rng.choice([0.0, rng.uniform(0, 0.3)]))
        case "noted":
            return Noted(rng.choice([0.0, rng.uniform(0, 0.05)]))
    return Requests(rng.randint(1, max(1, share)))
