"""What a job has used of what its recipe allows, and when that is all."""

from __future__ import annotations

from collections.abc import Mapping

from scrapekit.model import FAILURES, Outcome, Verdict
from scrapekit.recipe.model import Budget


class Spending:
    """Counts over all runs of a job; each method gives ``spent``.

    Requests for robots.txt are not counted: they are asked for by us, not by the recipe.
    """

    def __init__(self, budget: Budget, counters: Mapping[str, int]) -> None:
        before = counters
        verdicts = {name[8:]: count for name, count in before.items() if name.startswith("verdict:")}
        self._budget = budget
        self._requests = sum(verdicts.values()) - verdicts.get(Verdict.ROBOTS, 0) + before.get("retries", 0)
        self._items = sum(count for name, count in before.items() if name.startswith("records:"))
        self._bytes = before.get("bytes", 0)
        self._errors = sum(verdicts.get(verdict, 0) for verdict in FAILURES)
        self._time = before.get("elapsed_ms", 0) / 1000
        self.spent = ""
        """The part of the budget that is used up, in words; empty while there is some of each left."""
        self._judge()

    @property
    def seconds_left(self) -> float | None:
        """How long this run may take; None where the time has no limit."""
        return None if self._budget.time is None else max(0.0, self._budget.time - self._time)

    def requested(self) -> str:
        """A request is sent."""
        self._requests += 1
        return self._judge()

    def received(self, size: int) -> str:
        """So many bytes of a page came."""
        self._bytes += size
        return self._judge()

    def settled(self, outcome: Outcome, kept: int) -> str:
        """A request ended, and so many of its records were kept."""
        self._items += kept
        self._errors += outcome.verdict in FAILURES
        return self._judge()

    def completed(self, records: int) -> str:
        """So many records were completed that other pages had begun."""
        self._items += records
        return self._judge()

    def out_of_time(self) -> str:
        """The time is over."""
        return self._say("time", f"{self._budget.time:g} s")

    def _judge(self) -> str:
        budget = self._budget
        for name, used, most in (
            ("requests", self._requests, budget.requests),
            ("items", self._items, budget.items),
            ("bytes", self._bytes, budget.bytes),
            ("errors", self._errors, budget.errors),
        ):
            if most is not None and used >= most:
                self._say(name, f"{most:,}")
        return self.out_of_time() if self.seconds_left == 0 else self.spent

    def _say(self, name: str, most: str) -> str:
        self.spent = self.spent or f"crawl.budget.{name} is used up: {most}"
        return self.spent
