"""Makes outcomes durable in groups: every 250 ms, every 50, or as soon as the crawl waits for it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from time import monotonic, time
from typing import Protocol

from scrapekit.crawl.entries import Candidate, Committed, Entry, Group
from scrapekit.crawl.frontier import Frontier
from scrapekit.model import Outcome

GROUP_SECONDS = 0.25
GROUP_OUTCOMES = 50
GROUP_REQUESTS = 2_000
"""A page with ten thousand links fills a group by itself: memory is bounded, and so is a commit."""


class Commits(Protocol):
    """The journal, as the committer needs it."""

    async def commit(self, group: Group) -> Committed:
        """Make a group durable; on return it is."""
        ...


class Committer:
    """The one owner of the pending group. Callbacks add to it; `run` drains it, one commit at a time."""

    def __init__(
        self, journal: Commits, frontier: Frontier, after: Callable[[Group, Committed], None]
    ) -> None:
        self.group = Group()
        self.counters: Counter[str] = Counter()
        """Everything that is durable, by the store's names (``verdict:ok``, ``records:book``, …)."""
        self._journal = journal
        self._frontier = frontier
        self._after = after
        self._pending = asyncio.Event()
        self._due = asyncio.Event()
        self._finishing = False
        self._counted_until = monotonic()
        frontier.slots.on_starving = self._consider

    def add(self, entry: Entry, outcome: Outcome) -> None:
        """An outcome to make durable; its items and links are in the group already."""
        self.group.done.append((entry, outcome))
        self._consider()

    def seed(self, candidates: list[Candidate], drawn: int) -> None:
        """Requests that come from no page; *drawn* of the recipe's seeds were used up for them."""
        self.group.new.extend(candidates)
        self.group.seeds += drawn
        self._consider()

    def pause(self, lane: str) -> None:
        """A host asked for patience: that must hold across a restart, whatever else happens."""
        self.group.paused.add(lane)
        self._consider()

    def finish(self) -> None:
        """Commit what is left, then let `run` end."""
        self._finishing = True
        self._pending.set()
        self._due.set()

    async def run(self) -> None:
        """Commit group after group until `finish`. Raises StuckError when the journal cannot go on."""
        while not self._finishing or self.group:
            await self._pending.wait()
            await self._wait_due()
            self._pending.clear()
            self._due.clear()
            if self.group:
                await self._commit()

    async def _wait_due(self) -> None:
        try:
            async with asyncio.timeout(GROUP_SECONDS):
                await self._due.wait()
        except TimeoutError:
            pass

    def _consider(self) -> None:
        """Say whether the group should be committed now or may still grow."""
        if not self.group:
            return
        self._pending.set()
        frontier, outcomes = self._frontier, len(self.group.done)
        # A slot is held until its outcome is durable. When every slot is held and a request could
        # start, a quarter of them is worth a commit; with nothing in flight, so is anything.
        hurried = frontier.slots.starving and outcomes * 4 >= frontier.pace.concurrency
        full = outcomes >= GROUP_OUTCOMES or len(self.group.new) >= GROUP_REQUESTS
        if full or hurried or frontier.in_flight == 0:
            self._due.set()

    async def _commit(self) -> None:
        group, self.group = self.group, Group()
        lanes = {entry.lane for entry, _ in group.done} | group.paused
        now = monotonic()
        group.counters["elapsed_ms"] += round(1000 * (now - self._counted_until))
        self._counted_until = now
        group.lane_marks = self._frontier.lane_marks(lanes, time())
        committed = await self._journal.commit(group)
        self.counters.update(group.counters)
        self._frontier.committed([entry for entry, _ in group.done], committed.queued)
        self._after(group, committed)
        self._consider()
