"""What one fault is: how a server misbehaves, and what is right for a run that meets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fault_site import Behaviour, FaultSite
from job_runner import Ended, Job


@dataclass(frozen=True, slots=True)
class Happened:
    """What a run made of one fault."""

    ended: Ended
    """The whole run, which other faults may have been part of."""
    told: str = ""
    """Verdict and reason, as the report names the fault's address; "" when the report does not."""
    records: tuple[dict[str, Any], ...] = ()
    """The records whose page is the fault's address, or another of its host."""
    asked: int = 0
    """How often the fault's address was asked for, as the server saw it."""
    broken: str = ""
    """What no run may do and this one did: a traceback, numbers that do not add up, no end."""

    def __str__(self) -> str:
        """In one line: the reason, the records, how often was asked."""
        titles = [str(record.get("title"))[:60] for record in self.records]
        parts = [
            self.broken and f"broken run: {self.broken}",
            self.told,
            f"records {titles}" if titles else "",
            f"asked {self.asked}×",
        ]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Right:
    """What must have happened, in words and as a predicate. ``a | b``: either; ``a & b``: both."""

    words: str
    holds: Callable[[Happened], bool]

    def __or__(self, other: Right) -> Right:
        return Right(f"{self.words}, or {other.words}", lambda h: self.holds(h) or other.holds(h))

    def __and__(self, other: Right) -> Right:
        return Right(f"{self.words}, {other.words}", lambda h: self.holds(h) and other.holds(h))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a fault is tried that needs a run of its own."""

    folder: Path
    """Empty, and its own."""
    site: FaultSite
    host: str
    """The fault's own host, which the site serves."""
    run: Callable[..., Ended]
    """``run(job, *arguments)``: by the real command or in process, whichever is asked for."""

    def job(self, recipe: str, **environ: str) -> Job:
        """A job of this recipe, yet to be run."""
        return Job(self.folder, recipe, environ)


Door = Callable[[FaultSite, str], AbstractContextManager[str]]
"""Opens what a fault is reached by, on a host, and gives its origin: ``http://127.0.9.1:8080``."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, written down once: tests and scorer read it from here.

    It has a host of its own, so what it does to that host harms no other. Most faults are one
    address, and all that share their *terms* are seeds of one crawl (`trial.crawl_recipe`); one with
    *alone* has a run of its own and says itself what happened.
    """

    number: int
    """The line of the list of faults, 1 to 85."""
    name: str
    """Words with hyphens; with the number it is unique."""
    group: str
    right: Right
    behaviour: Behaviour | None = None
    """What the fault's address does. It must not remember earlier runs: see `by_turn`."""
    beside: Mapping[str, Behaviour] = field(default_factory=lambda: MappingProxyType({}))
    """What else its host serves, by path."""
    http: str = "retries: 1, timeout: 5s, max_body: 1MB"
    crawl: str = "robots: ignore, delay: 0"
    door: Door | None = None
    """None: plain http, at the fault's own host."""
    alone: Callable[[Ground], Happened] | None = None

    @property
    def id(self) -> str:
        """What the fault is called in tables and tests."""
        return f"{self.number}-{self.name}"

    @property
    def path(self) -> str:
        """The path of its address."""
        return f"/{self.id}"

    def is_right(self, happened: Happened) -> bool:
        """True when what happened is what should have, in a run that kept what every run promises."""
        return not happened.broken and self.right.holds(happened)

    @property
    def terms(self) -> tuple[str, str]:
        """The settings it is crawled with."""
        return self.http, self.crawl


def fails(reason: str, tries: int = 1, verdict: str = "failed", asked: int | None = None) -> Right:
    """No record, and a reason in which *reason*, a regular expression, is found, after so many tries.

    *asked*: how many of them the server sees; None: each.
    """
    told = re.compile(
        rf"{verdict}: .*(?:{reason})" + (rf".*\({tries} tries\)" if tries > 1 else ""), re.DOTALL
    )
    seen = tries if asked is None else asked
    words = f"fails: {reason}" + (f" ({tries} tries)" if tries > 1 else "")
    return Right(words, lambda h: bool(told.match(h.told)) and not h.records and h.asked == seen)


def gives(title: str, asked: int = 1) -> Right:
    """The page gives exactly this record, and the report names no failure."""

    def holds(happened: Happened) -> bool:
        titles = [record["title"] for record in happened.records]
        return titles == [title] and not happened.told and happened.asked == asked

    return Right(f"a page: {title}", holds)


def within(memory: int) -> Right:
    """The whole run took no more bytes of memory; where that was measured, by the command."""
    return Right(f"within {memory // 1_000_000} MB", lambda h: h.ended.peak_memory < memory)


def in_time(seconds: float) -> Right:
    """The whole run took no longer."""
    return Right(f"within {seconds:g} s", lambda h: h.ended.seconds < seconds)


def gives_all(*titles: str) -> Right:
    """The run gives exactly these records, in whatever order."""
    wanted = sorted(titles)
    return Right(f"pages: {', '.join(wanted)}", lambda h: sorted(r["title"] for r in h.records) == wanted)


def no_record(asked: int = 1) -> Right:
    """It is a page without a record."""
    return Right("a page without a record", lambda h: not h.records and not h.told and h.asked == asked)


def ends(code: int, words: str = "") -> Right:
    """The run ends with this exit code; *words*, a regular expression, are found in its output."""
    found = re.compile(words)
    told = f"exit code {code}" + (f": {words}" if words else "")
    return Right(told, lambda h: h.ended.code == code and bool(found.search(h.ended.output)))
