"""The numbers of a run: what is shown while it goes on, and the report that must add up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from scrapekit.crawl.entries import SEEN_BEFORE, UNREAD
from scrapekit.errors import ExitCode, StuckError
from scrapekit.job.contracts import broken_contracts, named, never_filled, why_so_few
from scrapekit.parts import Adds, Exporter
from scrapekit.recipe.model import Recipe
from scrapekit.report import ExportReport, Failure, Report, Snapshot
from scrapekit.running.counted import by_rule, of_cache, of_downloads, of_duplicates, of_pages

if TYPE_CHECKING:
    from pathlib import Path

    from scrapekit.crawl.engine import Engine
    from scrapekit.crawl.entries import Restored
    from scrapekit.job.journal import Journal

End: TypeAlias = Literal["complete", "broken contract", "interrupted", "limit reached", "stuck"]

_EXIT: Mapping[End, ExitCode] = {
    "complete": ExitCode.COMPLETE,
    "limit reached": ExitCode.COMPLETE,
    "broken contract": ExitCode.BROKEN_CONTRACT,
    "stuck": ExitCode.STUCK,
    "interrupted": ExitCode.INTERRUPTED,
}
_FAILURES_SHOWN = 100
_RATE_SECONDS = 5.0


class Written(Protocol):
    """An export, as the report needs it."""

    @property
    def name(self) -> str:
        """What its position is stored under."""
        ...

    @property
    def path(self) -> Path:
        """Where its file appears when the run is complete."""
        ...

    @property
    def exporter(self) -> Exporter:
        """The part that writes."""
        ...


class Accounts:
    """Counts one run, and on resume the whole job."""

    def __init__(self, recipe: Recipe, job: str) -> None:
        self._recipe = recipe
        self._job = job
        self._began = monotonic()
        self._resumed = False
        self._before = 0.0
        self._engine: Engine
        self.ended: End | None = None
        """How the run ended; None while it goes on."""
        self._reason = ""
        self._published = False
        self._kept: Collection[str] = ()
        self._rates: list[tuple[float, int]] = []

    def restore(self, restored: Restored) -> int:
        """Begin with what the job remembers; gives the records it holds already."""
        self._resumed = restored.resumed
        self._before = restored.counters.get("elapsed_ms", 0) / 1000
        return sum(named(restored.counters, "records:").values())

    def follow(self, engine: Engine) -> None:
        """From now on, count what this engine does."""
        self._engine = engine

    def end(self, how: End, reason: str, *, published: bool = False, kept: Collection[str] = ()) -> None:
        """How the run ended, and why in words; *kept* names the exports whose earlier file stayed."""
        self.ended, self._reason, self._published, self._kept = how, reason, published, kept

    @property
    def is_over(self) -> bool:
        """True when the job has ended, with nothing to go on with."""
        return self.ended in ("complete", "broken contract", "limit reached")

    def note(self, remark: str) -> None:
        """Say *remark* in the report, with how often it was made."""
        self._engine.committer.group.counters.update({f"note:{remark}": 1})

    def count(self, more: Mapping[str, int]) -> None:
        """Add what became durable after the crawl."""
        self._engine.committer.counters.update(more)

    @property
    def unfinished(self) -> bool:
        """True while some request that was seen has not ended, or some seed was not drawn."""
        counters = self._engine.committer.counters
        return self._engine.seeds_left or counters["seen"] > sum(named(counters, "verdict:").values())

    @property
    def lost(self) -> str:
        """Why nothing is left to do although requests wait, in words; empty when none does."""
        parked = self._engine.frontier.parked()
        if not parked or not self.unfinished:
            return ""
        hosts = "; ".join(f"{host}: {why}" for host, why in islice(parked.items(), 3))
        more = f"; and {len(parked) - 3} more" if len(parked) > 3 else ""
        return f"hosts kept failing and did not come back ({hosts}{more})"

    @property
    def elapsed(self) -> float:
        """Seconds since this run began."""
        return monotonic() - self._began

    def snapshot(self, draining: bool) -> Snapshot:
        """The run at this instant."""
        frontier, counters = self._engine.frontier, self._engine.committer.counters
        verdicts = named(counters, "verdict:")
        settled = sum(verdicts.values())
        seen = counters["seen"]
        waiting = min(frontier.waiting, seen - settled)
        return Snapshot(
            elapsed=self.elapsed,
            seen=seen,
            waiting=waiting,
            in_flight=seen - settled - waiting,
            verdicts=verdicts,
            records=named(counters, "records:"),
            retries=counters["retries"],
            bytes=counters["bytes"],
            pages_per_second=self._rate(settled),
            hosts=frontier.hosts(),
            waiting_for=frontier.waiting_for(),
            draining=draining,
        )

    def _rate(self, settled: int) -> float:
        """Requests ended a second, over the last few seconds."""
        now = monotonic()
        self._rates.append((now, settled))
        while len(self._rates) > 2 and self._rates[1][0] < now - _RATE_SECONDS:
            self._rates.pop(0)
        began, before = self._rates[0]
        return (settled - before) / (now - began) if now - began > 0.1 else 0.0

    def broken(self) -> list[str]:
        """Each contract of the recipe that was not kept, in words."""
        return list(broken_contracts(self._recipe, self._engine.committer.counters))

    def _remarks(self) -> dict[str, int]:
        """What only the whole job shows: fields that are never filled, and why there are so few records."""
        counters = self._engine.committer.counters
        return never_filled(self._recipe, counters) | why_so_few(self._recipe, counters)

    def _written(self, export: Written) -> ExportReport:
        return ExportReport(
            exporter=export.name.partition(":")[0],
            path=str(export.path),
            records=self._engine.committer.counters[f"export:{export.name}"],
            guarantee=export.exporter.guarantee,
            published=self._published and export.name not in self._kept,
            kept=export.name in self._kept,
            adds=isinstance(export.exporter, Adds) and export.exporter.adds,
        )

    def _is_fruitful(self, export: Written) -> bool:
        return self._engine.committer.counters[f"export:{export.name}"] > 0

    @property
    def some_known(self) -> bool:
        """True when some records were not exported, or not even read, because an earlier job did that."""
        counters = self._engine.committer.counters
        return any(named(counters, f"note:{remark}") for remark in (SEEN_BEFORE, UNREAD))

    def fruitless(self, exports: Iterable[Written]) -> list[str]:
        """The names of the exports that got no record."""
        return [export.name for export in exports if not self._is_fruitful(export)]

    async def report(
        self,
        journal: Journal,
        listeners_off: Sequence[str],
        exports: Sequence[Written],
        quarantine: Written | None = None,
    ) -> Report:
        """The report of the whole job so far."""
        counters = self._engine.committer.counters
        verdicts = named(counters, "verdict:")
        seen = counters["seen"]
        end = self.ended or "stuck"
        # One line for each number that is told: in two halves nobody could see that all are there.
        return Report(
            recipe=self._recipe.name,
            job=self._job,
            exit_code=_EXIT[end],
            outcome=end,
            reason=self._reason,
            elapsed=round(self._before + self.elapsed, 3),
            resumed=self._resumed,
            seen=seen,
            waiting=seen - sum(verdicts.values()),
            verdicts=verdicts,
            records=named(counters, "records:"),
            retries=counters["retries"],
            bytes=counters["bytes"],
            exports=[self._written(export) for export in exports],
            quarantine=self._written(quarantine) if quarantine and self._is_fruitful(quarantine) else None,
            failures=await _failures(journal),
            notes=named(counters, "note:") | of_duplicates(counters) | self._remarks(),
            broken=self.broken() if end in ("complete", "broken contract") else [],
            slow_callbacks={rule: round(held, 3) for rule, held in self._engine.slow.items()},
            listeners_off=list(listeners_off),
            pages=of_pages(counters),
            joins=by_rule(counters, "join:"),
            downloads=of_downloads(counters, self.is_over),
            parked=self._engine.frontier.parked(),
            records_waiting=counters["joined:begun"] - counters["joined:ended"],
            cache=of_cache(counters),
        )


async def _failures(journal: Journal) -> Sequence[Failure]:
    try:
        return await journal.failures(_FAILURES_SHOWN)
    except StuckError:
        # The store is what the run got stuck on; the report says so already.
        return ()
