"""From the probe's lines to a table and a verdict for each bar."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

MARKS = (0.1, 0.5, 1.0)
_MB = 1e6
MOST_FILES = 1_200
"""A thousand connections that are kept, those in use, and the run's own files."""
MANY = 200_000
"""With so many URLs memory has long been warm at the first mark, and one log file weighs nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of the probe, with how much of the whole soak was done by then."""

    pid: int
    time: float
    done: int
    rss: int
    files: int
    tasks: int
    threads: int
    store: int
    log: int
    lags: dict[str, int] = field(default_factory=dict)


class Samples(list[Sample]):
    """The probe's lines so far; what a process did counts on from where the one before was killed."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log
        self._read = 0
        self._base = 0

    def look(self) -> Samples:
        """Read the lines that have come since the last look."""
        if self._log.exists():
            with self._log.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.splitlines():
                with suppress(ValueError):  # one that the kill cut short
                    self._add(json.loads(line))
        return self

    def _add(self, data: dict[str, Any]) -> None:
        if not self or data["pid"] != self[-1].pid:
            self._base = self.done
        self.append(Sample(**data | {"done": self._base + data["done"]}))

    @property
    def done(self) -> int:
        """How many URLs have been committed."""
        return self[-1].done if self else 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: what the exports and the report say."""

    lost: int
    doubled: int
    refetched: int
    concurrency: int
    store: int
    """Bytes of the store when all was done, its log folded in."""
    report: dict[str, Any]
    expected: dict[str, int]
    """What the report must say: ``seen``, ``ok``, ``failed``."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise, what was measured, and whether it holds; None where the soak is too small to tell."""

    name: str
    measured: str
    wanted: str
    holds: bool | None


def bars(samples: Sequence[Sample], urls: int, outcome: Outcome) -> list[Bar]:
    """Every bar of the soak."""
    return [
        *_memory(samples, urls),
        *_disk(samples, urls, outcome.store),
        *_flat(samples, urls),
        *_pace(samples, urls),
        *_whole(outcome),
    ]


def at(samples: Sequence[Sample], done: float) -> Sample:
    """The first sample with so much done, or the last."""
    return next((sample for sample in samples if sample.done >= done), samples[-1])


def _marked(samples: Sequence[Sample], urls: int) -> list[Sample]:
    return [at(samples, mark * urls) for mark in MARKS]


def _memory(samples: Sequence[Sample], urls: int) -> Iterator[Bar]:
    rss = [sample.rss for sample in _marked(samples, urls)]
    many = urls >= MANY
    shown = " / ".join(f"{value / _MB:.0f}" for value in rss)
    # Within a tenth of what it was at first; the second process may well need less than the first.
    flat = all(abs(value - rss[0]) <= 0.1 * rss[0] for value in rss)
    yield Bar("memory at 10 / 50 / 100 %, MB", shown, "within 10 % of 10 %", flat if many else None)
    peak = max(sample.rss for sample in samples)
    yield Bar("most memory, MB", f"{peak / _MB:.0f}", "≤ 300", peak <= 300 * _MB)
    # The killed process has nothing to do with the one that goes on: each is warm after a fifth of all.
    slope = max(_slope(list(part), urls) for part in _processes(samples))
    yield Bar("memory a URL once warm, bytes", f"{slope:.0f}", "≤ 50", slope <= 50 if many else None)


def _disk(samples: Sequence[Sample], urls: int, store: int) -> Iterator[Bar]:
    yield Bar("store a URL, bytes", f"{store / urls:.0f}", "≤ 400", store <= 400 * urls)
    both = max(sample.store + sample.log for sample in samples) / urls
    holds = both <= 400 if urls >= MANY else None
    yield Bar("store and log a URL at most, bytes", f"{both:.0f}", "≤ 400", holds)


def _processes(samples: Sequence[Sample]) -> Iterator[list[Sample]]:
    for pid in dict.fromkeys(sample.pid for sample in samples):
        yield [sample for sample in samples if sample.pid == pid]


def _slope(samples: Sequence[Sample], urls: int) -> float:
    """Bytes a URL between a fifth of all after the process began, and its end; 0 for a short life."""
    warm = at(samples, samples[0].done + urls / 5)
    last = samples[-1]
    return (last.rss - warm.rss) / (last.done - warm.done) if last.done > warm.done else 0.0


def _flat(samples: Sequence[Sample], urls: int) -> Iterator[Bar]:
    """Open files, tasks, threads: as many at the end as early on."""
    for name in ("files", "tasks", "threads"):
        middle = [s for s in samples if 0.05 * urls <= s.done <= 0.95 * urls] or list(samples)
        early, late = middle[: len(middle) // 3 or 1], middle[-(len(middle) // 3 or 1) :]
        first, last = (max(getattr(sample, name) for sample in part) for part in (early, late))
        holds = last <= 1.25 * first + 16 if urls >= MANY else None
        yield Bar(f"{name}, first and last third", f"{first} / {last}", "flat", holds)
    most = max(sample.files for sample in samples)
    yield Bar("open files at most", f"{most}", f"≤ {MOST_FILES}", most <= MOST_FILES)


def _pace(samples: Sequence[Sample], urls: int) -> Iterator[Bar]:
    lags: Counter[int] = Counter()
    for sample in samples:
        lags.update({int(ms): count for ms, count in sample.lags.items()})
    p99 = percentile(lags, 0.99)
    yield Bar("loop lag p99 / most, ms", f"{p99} / {max(lags)}", "p99 ≤ 100", p99 <= 100)
    # Not the very ends: one is start-up, the other waits for the last retries.
    first, last = rate(samples, 0.01 * urls, 0.1 * urls), rate(samples, 0.9 * urls, 0.99 * urls)
    yield Bar("URLs a second, first / last tenth", f"{first:.0f} / {last:.0f}", "≥ 90 %", last >= 0.9 * first)


def percentile(counts: Counter[int], share: float) -> int:
    """The least value that so large a share does not exceed."""
    wanted, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 0


def rate(samples: Sequence[Sample], since: float, until: float) -> float:
    """URLs a second while a process ran, between so many done and so many."""
    steps = [(a, b) for a, b in pairwise(samples) if a.pid == b.pid and b.done > since and a.done < until]
    seconds = sum(b.time - a.time for a, b in steps)
    return sum(b.done - a.done for a, b in steps) / seconds if seconds else 0.0


def _whole(outcome: Outcome) -> Iterator[Bar]:
    yield Bar(
        "records lost / doubled",
        f"{outcome.lost} / {outcome.doubled}",
        "0 / 0",
        not outcome.lost + outcome.doubled,
    )
    most = outcome.concurrency
    yield Bar("pages fetched again", f"{outcome.refetched}", f"≤ {most}", outcome.refetched <= most)
    report, verdicts = outcome.report, outcome.report.get("verdicts", {})
    found = {"seen": report.get("seen"), "ok": verdicts.get("ok", 0), "failed": verdicts.get("failed", 0)}
    adds = report.get("seen") == sum(verdicts.values()) + report.get("waiting", 0)
    yield Bar("summary", f"{found}", f"{outcome.expected}", adds and found == outcome.expected)


def table(found: Sequence[Bar]) -> str:
    """A line for each bar, its verdict first."""
    words = {True: "holds", False: "FAILS", None: "-"}
    return "\n".join(f"{words[bar.holds]:6} {bar.name:38} {bar.measured:28} {bar.wanted}" for bar in found)
