"""The loop: each granted request is one task bearing a done-callback, and parsing happens in the callback.

The engine knows neither YAML, HTML, HTTP, SQL nor pluggy: it is handed a frontier, a coroutine
function that performs a request, a callback for each page rule, and a journal that commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from scrapekit.crawl.admission import Admission
from scrapekit.crawl.arrivals import Arrivals, Performed
from scrapekit.crawl.committer import Commits, Committer
from scrapekit.crawl.entries import UNREADABLE, Committed, Entry, Group
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import PageReader, Read
from scrapekit.crawl.replays import Keeper
from scrapekit.crawl.session import SessionKeeper
from scrapekit.crawl.settlement import Moments, Settlement
from scrapekit.crawl.spending import Spending
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.request import NOTHING, Request

_SEED_CHUNK = 200


class StoppedNow(Exception):
    """The run was told to stop at once; what was not committed is fetched again on resume."""


class Engine:
    """Runs one crawl, from the first grant to the last commit."""

    def __init__(
        self,
        *,
        frontier: Frontier,
        perform: Callable[[Request], Awaitable[Performed]],
        reader: PageReader,
        journal: Commits,
        relay: Moments,
        admission: Admission,
        seeds: Iterator[Request | str],
        session: SessionKeeper | None = None,
        spending: Spending | None = None,
        remembers: bool = False,
        keeper: Keeper | None = None,
        rotate: Callable[[Page], None] | None = None,
    ) -> None:
        """*remembers*: later jobs want to know which pages were read, and what of.

        *rotate* is told of a page that came by a proxy which is of no more use to its host.
        """
        self.frontier = frontier
        self.committer = Committer(journal, frontier, self._committed)
        self._perform = perform
        self._reader = reader
        self._relay = relay
        self._admission = admission
        self._settlement = Settlement(
            frontier, self.committer, admission, relay, session, spending, remembers=remembers
        )
        self._arrivals = Arrivals(
            frontier=frontier,
            committer=self.committer,
            settlement=self._settlement,
            admission=admission,
            reader=reader,
            apart=self._read_apart,
            relay=relay,
            session=session,
            keeper=keeper,
            remembers=remembers,
            rotate=rotate,
        )
        self._seeds: Iterator[Request | str] | None = seeds
        self._tasks: set[asyncio.Future[Any]] = set()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Crawl until nothing is left or the frontier is closed; on return everything is durable.

        Raises StuckError when the journal cannot go on, StoppedNow after `stop_now`; a bug in a
        callback comes out as it is.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.committer.run(), name="commit groups")
                group.create_task(self.frontier.refill(), name="refill lanes")
                watch = group.create_task(self._watch(), name="watch for bugs")
                await self._crawl(group)
                while self._tasks:
                    await asyncio.wait(self._tasks)
                if self._broken.done():
                    # The watch may not have woken yet, and is about to be cancelled.
                    self._broken.result()
                self.frontier.close()
                self.committer.finish()
                watch.cancel()
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        finally:
            self._reader.close()

    @property
    def slow(self) -> dict[str, float]:
        """Page rule → the longest time in seconds that its callback held the loop."""
        return self._reader.slow

    @property
    def seeds_left(self) -> bool:
        """True while there may be seeds that were not drawn."""
        return self._seeds is not None

    @property
    def limit(self) -> str:
        """The limit that stopped the crawl, in words; empty when none did."""
        return self._settlement.limit

    def stop_now(self) -> None:
        """Cancel everything that runs and leave without another commit."""
        self._break(StoppedNow())

    async def _crawl(self, group: asyncio.TaskGroup) -> None:
        if self.limit:
            self.frontier.close()
        if (left := self._settlement.seconds_left) is not None:
            asyncio.get_running_loop().call_later(left, self._settlement.out_of_time)
        self._draw_seeds()
        while (entry := await self.frontier.next()) is not None:
            if entry.refusal:
                self.frontier.release(entry)
                notes = {UNREADABLE: 1} if entry.refusal.startswith(UNREADABLE) else NOTHING
                refused = Outcome(entry.request, entry.refused_as, reason=entry.refusal, notes=notes)
                self._settlement.settle(entry, refused)
                continue
            task = group.create_task(self._fetch(entry.request), name=entry.request.url)
            self._tasks.add(task)
            task.add_done_callback(partial(self._finished, entry))
            if not entry.robots_of:
                self._settlement.requested()

    async def _fetch(self, request: Request) -> Performed:
        return await self._perform(request)

    async def _watch(self) -> None:
        await self._broken

    def _finished(self, entry: Entry, task: asyncio.Task[Performed]) -> None:
        """The done-callback: free the host's slot, take the task's result, read the page.

        Nothing may escape: asyncio would log it and the crawl would go on as if nothing had happened.
        """
        self._tasks.discard(task)
        try:
            self.frontier.release(entry)
            if task.cancelled():
                self.frontier.put_back(entry)
            elif task.exception() is None:
                self._arrivals.take(entry, task.result())
        except BaseException as bug:
            self._break(bug)

    def _break(self, bug: BaseException) -> None:
        if not self._broken.done():
            self._broken.set_exception(bug)

    def _read_apart(self, entry: Entry, page: Page) -> None:
        future = self._reader.read_apart(page)
        self._tasks.add(future)
        future.add_done_callback(partial(self._read_finished, entry, page))

    def _read_finished(self, entry: Entry, page: Page, future: asyncio.Future[Read]) -> None:
        """The done-callback of a page that was read in a process apart."""
        self._tasks.discard(future)
        try:
            if future.cancelled():
                self.frontier.put_back(entry)
            else:
                self._arrivals.read(entry, page, future.result())
        except BaseException as bug:
            self._break(bug)

    def _draw_seeds(self) -> None:
        """Take the next seeds, lazily: a million of them never sit in memory."""
        if self._seeds is None or self.frontier.closed:
            return
        drawn = list(islice(self._seeds, _SEED_CHUNK))
        for remark in (seed for seed in drawn if isinstance(seed, str)):
            self.committer.group.counters[f"note:{remark}"] += 1
        if drawn:
            chunk = [self._admission.candidate(seed) for seed in drawn if not isinstance(seed, str)]
            self.committer.seed(chunk, len(drawn))
        else:
            self._seeds = None
            self.frontier.seeds_exhausted()

    def _committed(self, group: Group, committed: Committed) -> None:
        """A group is durable: tell who listens, and see whether more seeds are wanted."""
        if self._relay.request_queued is not None:
            for entry in committed.queued:
                self._relay.request_queued(request=entry.request)
        if committed.refused:
            self._admission.forget(committed.refused)
        for request, items in committed.completed:
            self._settlement.completed(request, items)
        if self._relay.group_committed is not None:
            self._relay.group_committed(requests=len(group.done), items=len(group.items))
        if self._seeds is not None and self.frontier.low:
            self._draw_seeds()


def _first(errors: BaseExceptionGroup[Any]) -> BaseException:
    """The error that ended the group; the others are its echoes."""
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
