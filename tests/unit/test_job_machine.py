"""A frontier over its store, through any series of adding, claiming, failing, committing and crashing.

Whatever happens, every URL is in exactly one state, and none is done twice.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scrapekit import FetchError, Outcome, Request, Verdict
from scrapekit.crawl import schedule
from scrapekit.crawl.entries import Candidate, Entry, Group
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import GiveUp, Pace
from scrapekit.job.state import Store
from scrapekit.web.url import lane_of

PER_HOST, SLOTS, RETRIES = 3, 5, 1
_URLS = [f"http://h{host}.test/{number}" for host in range(3) for number in range(12)]
urls = st.lists(st.sampled_from(_URLS), max_size=8)


class Shelf:
    """The store, asked at once: no thread is needed where nothing else runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        return self._store.waiting(lane, after, limit)


class Job(RuleBasedStateMachine):
    """What the store and the frontier should hold, beside the store and the frontier."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp())
        self._loop = asyncio.new_event_loop()
        self._numbers = count(1)
        # So small that much of what waits is in the store, and loaded bit by bit.
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(schedule, "_WINDOW_TOTAL", 6)
        self._patch.setattr(schedule, "_WINDOW_LEAST", 2)
        self.waiting: set[str] = set()
        self.taken: dict[str, Entry] = {}
        self.settled: dict[str, Verdict] = {}
        """Ended, but not committed: a crash forgets it."""
        self.done: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()

    @initialize(found=st.integers(1, len(_URLS)))
    def begin(self, found: int) -> None:
        self._open(self._folder / "job-0.sqlite")
        self.add(_URLS[:found])

    def _open(self, path: Path) -> None:
        self._path, self.group = path, Group()
        self.store = Store(path)
        restored = self.store.open("recipe")
        pace = Pace(
            delay=0, per_host=PER_HOST, concurrency=SLOTS, retries=RETRIES, redirects=0, obey_robots=False
        )
        self.frontier = Frontier(pace, Shelf(self.store), clock=self._loop.time)
        self.frontier.restore(restored.lanes, now_unix=time.time())
        self._refill = self._loop.create_task(self.frontier.refill())

    def _close(self) -> None:
        self.frontier.close()
        self._loop.run_until_complete(self._refill)
        self.store.close()
        self.waiting |= set(self.taken) | set(self.settled)
        self.taken, self.settled = {}, {}

    @rule(found=urls)
    def add(self, found: list[str]) -> None:
        """Requests that come from no page."""
        self._commit(Group(new=[Candidate(Request(url, "p"), "breadth") for url in found]))

    @property
    def _can_start(self) -> bool:
        busy = Counter(lane_of(url) for url in self.taken)
        free = any(busy[lane_of(url)] < PER_HOST for url in self.waiting)
        return free and len(self.taken) + len(self.settled) < SLOTS

    @precondition(lambda self: self._can_start)
    @rule()
    def claim(self) -> None:
        entry = self._loop.run_until_complete(asyncio.wait_for(self.frontier.next(), 20))

        assert entry is not None
        self.waiting.remove(entry.request.url)
        self.taken[entry.request.url] = entry

    @precondition(lambda self: self.taken)
    @rule(pick=st.integers(0, SLOTS))
    def fail(self, pick: int) -> None:
        """A fetch goes wrong, and is tried again until there were enough."""
        entry = self._release(pick)
        decision = self.frontier.failed(entry, FetchError("reset", retry=True, retry_after=0.0))
        if isinstance(decision, GiveUp):
            self._settle(entry, decision.verdict, [])
        else:
            self.waiting.add(entry.request.url)

    @precondition(lambda self: self.taken)
    @rule(pick=st.integers(0, SLOTS), found=urls)
    def finish(self, pick: int, found: list[str]) -> None:
        """A page was read; it links to *found*."""
        entry = self._release(pick)
        self.frontier.succeeded(entry)
        self._settle(entry, Verdict.OK, found)

    @precondition(lambda self: self.taken)
    @rule(pick=st.integers(0, SLOTS))
    def cancel(self, pick: int) -> None:
        """A fetch was cancelled before it ended."""
        entry = self._release(pick)
        self.frontier.put_back(entry)
        self.waiting.add(entry.request.url)

    def _release(self, pick: int) -> Entry:
        entry = self.taken.pop(sorted(self.taken)[pick % len(self.taken)])
        self.frontier.release(entry)
        return entry

    def _settle(self, entry: Entry, verdict: Verdict, found: list[str]) -> None:
        self.settled[entry.request.url] = verdict
        self.group.done.append((entry, Outcome(entry.request, verdict, reason="a test")))
        self.group.new += [Candidate(Request(url, "p", depth=1), "breadth") for url in found]

    @rule()
    def commit(self) -> None:
        """What has ended becomes durable."""
        group, self.group = self.group, Group()
        self._commit(group)

    def _commit(self, group: Group) -> None:
        committed = self.store.commit(group, {})
        self.frontier.committed([entry for entry, _ in group.done], committed.queued)
        for entry, outcome in group.done:
            del self.settled[entry.request.url]
            self.done[entry.request.url] += 1
            self.verdicts[outcome.verdict.value] += 1
        queued = {entry.request.url for entry in committed.queued}
        known = self.waiting | set(self.taken) | set(self.settled) | set(self.done)
        assert len(queued) == len(committed.queued)
        assert queued == {candidate.request.url for candidate in group.new} - known
        self.waiting |= queued

    @rule(in_commit=st.booleans())
    def crash(self, in_commit: bool) -> None:
        """Go on with the files as they are at this instant, perhaps in the middle of a commit."""
        path = self._folder / f"job-{next(self._numbers)}.sqlite"
        if in_commit:
            try:
                with self.store.transaction():
                    self.store.write(self.group, {"x": {"bytes": 1}})
                    self._copy_to(path)
                    raise InterruptedError
            except InterruptedError:
                pass
        else:
            self._copy_to(path)
        self._close()
        self._open(path)

    def _copy_to(self, path: Path) -> None:
        for ending in ("", "-wal"):
            source = Path(f"{self._path}{ending}")
            if source.exists():
                shutil.copy(source, f"{path}{ending}")

    @rule()
    def reopen(self) -> None:
        """Stop and go on."""
        self._close()
        self._open(self._path)

    @invariant()
    def every_url_is_in_exactly_one_state(self) -> None:
        stored = Counter(
            entry.request.url
            for lane in sorted({lane_of(url) for url in _URLS})
            for entry in self.store.waiting(lane, (-1, -1), 1000)
        )
        # A request leaves the store when its outcome is durable, not when it is claimed.
        assert stored == Counter([*self.waiting, *self.taken, *self.settled])
        assert not set(stored) & set(self.done)
        assert set(self.done.values()) <= {1}

    @invariant()
    def the_frontier_counts_what_waits(self) -> None:
        assert self.frontier.waiting == len(self.waiting)
        assert self.frontier.in_flight == len(self.taken)

    def teardown(self) -> None:
        """What is left is done, each once, and then there is nothing more."""
        if hasattr(self, "store"):
            self.commit()
            while self.waiting or self.taken:
                while self._can_start:
                    self.claim()
                while self.taken:
                    self.finish(0, [])
                self.commit()
            self.frontier.seeds_exhausted()
            assert self._loop.run_until_complete(asyncio.wait_for(self.frontier.next(), 20)) is None
            self._close()
            self._check_counters()
        self._patch.undo()
        self._loop.close()
        shutil.rmtree(self._folder)

    def _check_counters(self) -> None:
        store = Store(self._path)
        restored = store.open("recipe")
        store.close()
        counters = restored.counters
        assert sum(lane.waiting for lane in restored.lanes) == 0
        told = {
            name.removeprefix("verdict:"): n for name, n in counters.items() if name.startswith("verdict:")
        }
        assert set(self.done.values()) <= {1}
        assert Counter(told) == self.verdicts
        assert counters.get("seen", 0) == self.verdicts.total() == len(self.done)


TestJob = Job.TestCase
TestJob.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
