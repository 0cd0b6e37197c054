"""How a run is shown while it goes on: plain lines, JSON lines, or nothing; `live` has the display."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from types import TracebackType
from typing import Protocol, Self

from scrapekit.cli.output import say, say_event
from scrapekit.cli.words import counted, duration, masked, printable
from scrapekit.model import FAILURES
from scrapekit.report import Snapshot

EVERY = 3.0
"""Seconds between two lines."""


class Progress(Protocol):
    """Shows snapshots and single lines, from entering until leaving. ``secrets`` are never shown."""

    secrets: Collection[str]

    def show(self, snapshot: Snapshot) -> None:
        """Show where the run stands."""
        ...

    def note(self, line: str, *, level: str = "info", source: str = "") -> None:
        """Show one line of text, as a logger gave it or as we say it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Lines:
    """What the kinds of progress share that write lines to standard error now and then."""

    def __init__(self, secrets: Collection[str] = (), *, every: float = EVERY) -> None:
        self.secrets = secrets
        self._every = every
        self._due: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def note(self, line: str, *, level: str = "info", source: str = "") -> None:
        """Write the line; a warning is marked as one."""
        prefix = f"{level}: " if level in ("warning", "error", "critical") else ""
        say(printable(prefix + masked(line, self.secrets)), to_stderr=True)

    def _is_due(self, snapshot: Snapshot) -> bool:
        """Whether it is time for another line, by the run's own clock; never at once."""
        if self._due is None:
            self._due = snapshot.elapsed + self._every
        if snapshot.elapsed < self._due:
            return False
        self._due = snapshot.elapsed + self._every
        return True


class Silence(_Lines):
    """Shows no snapshots, only notes: what is wrong is never kept back."""

    def show(self, snapshot: Snapshot) -> None:
        """Nothing."""


class PlainLines(_Lines):
    """A line every few seconds, for logs and pipes."""

    def show(self, snapshot: Snapshot) -> None:
        """Write a line when it is time for one."""
        if self._is_due(snapshot):
            say(printable(masked(plain_line(snapshot), self.secrets)), to_stderr=True)


class JsonLines(_Lines):
    """JSON objects, one a line, each with an ``event``, for programs that read logs."""

    def show(self, snapshot: Snapshot) -> None:
        """Write the snapshot's numbers when it is time for them."""
        if self._is_due(snapshot):
            facts = dataclasses.asdict(snapshot)
            say_event("progress", **masked(facts | {"pages": pages_done(snapshot)}, self.secrets))

    def note(self, line: str, *, level: str = "info", source: str = "") -> None:
        """Write the line as an event."""
        say_event("log", **masked({"level": level, "source": source, "message": line}, self.secrets))


def pages_done(snapshot: Snapshot) -> int:
    """How many requests have ended, whatever their verdict."""
    return sum(snapshot.verdicts.values())


def pages_failed(snapshot: Snapshot) -> int:
    """How many requests ended in a failure."""
    return sum(number for verdict, number in snapshot.verdicts.items() if verdict in FAILURES)


def plain_line(snapshot: Snapshot) -> str:
    """A snapshot as one line of text."""
    parts = [
        duration(snapshot.elapsed),
        counted(pages_done(snapshot), "page"),
        counted(sum(snapshot.records.values()), "record"),
        f"{pages_failed(snapshot):,} failed",
        f"{snapshot.pages_per_second:.1f} pages/s",
        f"{snapshot.waiting:,} waiting",
    ]
    if snapshot.draining:
        parts.append(f"stopping, {snapshot.in_flight:,} in flight")
    elif snapshot.waiting_for:
        parts.append(f"waiting for {snapshot.waiting_for}")
    return "  ".join(parts)
