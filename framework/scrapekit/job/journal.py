"""The one thread that writes: exports first, then the store, so that every record is kept exactly once.

A group is written to each export, each export says where it now stands, and one transaction of the
store makes the pages done and those positions known. Killed between the two, the job opens each
export at the position the store knows and fetches the unfinished pages again.
"""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Protocol, TypeVar

from scrapekit.crawl.entries import Committed, Entry, Group, Restored
from scrapekit.errors import StuckError, UsageError
from scrapekit.job.ending import FINISHED, Ending
from scrapekit.job.history import History
from scrapekit.job.joins import Joins, JoinTerms
from scrapekit.job.placing import Files, Placing, Ruled
from scrapekit.job.sifting import Sifting
from scrapekit.job.state import Store
from scrapekit.model import Item, Outcome
from scrapekit.page import StoredFile
from scrapekit.parts import Exporter, KeepsEarlier, Position
from scrapekit.report import Failure
from scrapekit.request import Request

_T = TypeVar("_T")
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Export(Protocol):
    """An export as the journal needs it: a name, the exporter, and which records it takes."""

    @property
    def name(self) -> str:
        """What its position is stored under; the same in every run of the job."""
        ...

    @property
    def exporter(self) -> Exporter:
        """The part that writes."""
        ...

    def select(self, items: Sequence[Item]) -> Sequence[Item]:
        """The records this export takes, as it wants them."""
        ...


class Journal:
    """Owns the store and the exports; every blocking call runs on its thread, in order."""

    def __init__(
        self,
        store: Store,
        exports: Sequence[Export],
        fingerprint: str,
        terms: JoinTerms | None = None,
        sifting: Sifting | None = None,
        files: Files | None = None,
        history: History | None = None,
    ) -> None:
        """What few recipes need: *terms* for records of several pages, *sifting* to compare jobs, *files*.

        *history* knows the files of earlier jobs.
        """
        self._files = files
        self._history = history
        self._store = store
        self._terms = terms
        self._joins: Joins | None = None
        self._placing: Placing | None = None
        self._sifting = sifting
        self._exports = exports
        self._fingerprint = fingerprint
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scrapekit-journal")
        self._opened: list[Export] = []

    async def _run(self, work: Callable[..., _T], *arguments: Any) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def open(self) -> Restored:
        """Open the store, then every export at the position the store knows."""
        return await self._run(self._open)

    def _open(self) -> Restored:
        if self._sifting is not None:
            self._sifting.open()
        if self._history is not None:
            self._history.open()
        restored = self._store.open(self._fingerprint, [export.name for export in self._exports])
        if self._files is not None:
            self._placing = self._store.placing(self._files)
        for export in self._exports:
            _open(export, restored.positions.get(export.name))
            self._opened.append(export)
        if self._terms is not None:
            records = sum(n for name, n in restored.counters.items() if name.startswith("records:"))
            self._joins = self._store.joins(self._terms, records)
        return restored

    async def commit(self, group: Group) -> Committed:
        """Write a group everywhere; on return it is durable."""
        return await self._run(self._commit, group)

    def _commit(self, group: Group) -> Committed:
        if self._joins is None:
            self._sift(group)
            return self._store.commit(group, self._export(group))
        with self._store.transaction():
            with self._store.told():
                if self._placing is not None:
                    self._placing.take(group)
                self._joins.settle(group)
            self._sift(group)
            placed = self._place(group)
            committed = self._store.write(group, self._export(group))
        self._forget(placed)
        return committed

    def _place(self, group: Group) -> Sequence[Ruled]:
        """Before the records that name them: a record without its file would be a lie."""
        if self._placing is None:
            return ()
        with self._store.told():
            return self._placing.keep(group)

    def _forget(self, placed: Sequence[Ruled]) -> None:
        if self._placing is not None:
            self._placing.forget(placed)

    def _sift(self, group: Group) -> None:
        if self._sifting is not None:
            self._sifting.sift(group)

    async def recall(self, request: Request) -> Outcome | None:
        """What a page comes to that did not change since an earlier job; None where that is not known."""
        return None if self._sifting is None else await self._run(self._sifting.recall, request)

    async def placed_files(self, keys: Collection[str]) -> set[str]:
        """Those of these files that have their names, as far as it is durable."""
        return set() if self._placing is None else await self._run(self._placing.placed, keys)

    async def earlier_file(self, key: str) -> StoredFile | None:
        """What earlier jobs knew of a file, by `Request.ask`."""
        return None if self._history is None else await self._run(self._history.file, key)

    async def complete_waiting(self) -> Counter[str]:
        """At the end of a crawl: complete the records that still wait, without the pages they lack.

        Gives what was counted. There are none unless the crawl was ended by a limit.
        """
        return await self._run(self._complete_waiting)

    def _complete_waiting(self) -> Counter[str]:
        counters: Counter[str] = Counter()
        some = self._joins is not None
        while some and self._joins is not None:
            group = Group()
            with self._store.transaction():
                with self._store.told():
                    some = self._joins.give_up(group)
                self._sift(group)
                placed = self._place(group)
                self._store.write(group, self._export(group))
            self._forget(placed)
            counters.update(group.counters)
        return counters

    def _export(self, group: Group) -> dict[str, Position]:
        positions: dict[str, Position] = {}
        found = [*group.items, *group.quarantined] if group.quarantined else group.items
        for export in self._exports:
            items = export.select(found)
            if items:
                positions[export.name] = _guarded(export, lambda e=export, i=items: _write(e, i))  # type: ignore[misc]
                group.counters[f"export:{export.name}"] += len(items)
        return positions

    async def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        """The next stored requests of a lane; see `Store.waiting`."""
        return await self._run(self._store.waiting, lane, after, limit)

    async def failures(self, limit: int) -> list[Failure]:
        """The first *limit* requests that gave no page."""
        return await self._run(self._store.failures, limit)

    async def publish(self, fruitless: Collection[str] = ()) -> Collection[str]:
        """Close every export as finished: each file appears under its name.

        Of the exports named in *fruitless* an earlier file stays instead, where there is one; gives
        the names of those.
        """
        return await self._run(self._publish, fruitless)

    def _publish(self, fruitless: Collection[str]) -> Collection[str]:
        kept = []
        while self._opened:
            export = self._opened.pop(0)
            if _guarded(export, partial(_finish, export.exporter, export.name in fruitless)):
                kept.append(export.name)
        return kept

    async def finish(self, ending: Ending) -> None:
        """Note in the store that the job has ended, and how; on return it is durable."""
        await self._run(self._store.note, FINISHED, ending.to_text())

    async def close(self) -> None:
        """Let go of everything; exports not published stay as they are, to be resumed."""
        try:
            await self._run(self._close)
        finally:
            self._thread.shutdown(wait=True)

    def _close(self) -> None:
        with ExitStack() as stack:
            stack.callback(self._store.close)
            if self._sifting is not None:
                stack.callback(self._sifting.close)
            if self._history is not None:
                stack.callback(self._history.close)
            for export in self._opened:
                stack.callback(_let_go, export)
            self._opened = []


def _open(export: Export, position: Position | None) -> None:
    """Open an export; a place that cannot be written is a mistake of the command, told at once."""
    try:
        export.exporter.open(position)
    except OSError as error:
        if error.errno in _FULL:
            raise _stop(export, error) from error
        raise UsageError(
            f"cannot write {export.name.partition(':')[2]}: {error.strerror or error}",
            hint="name another file with -o, or mend what stands in the way",
        ) from error


def _let_go(export: Export) -> None:
    # What the disk refuses now is lost anyway: the export is opened at its last stored position.
    with suppress(OSError):
        export.exporter.close(finished=False)


def _finish(exporter: Exporter, fruitless: bool) -> bool:
    """Publish, unless nothing was found and an earlier file can stay; True when one stays."""
    if fruitless and isinstance(exporter, KeepsEarlier) and exporter.keep_earlier():
        return True
    exporter.close(finished=True)
    return False


def _write(export: Export, items: Sequence[Item]) -> Position:
    export.exporter.write(items)
    return export.exporter.checkpoint()


def _guarded(export: Export, work: Callable[[], _T]) -> _T:
    """Run an exporter's method; what the disk refuses becomes a clear stop."""
    try:
        return work()
    except OSError as error:
        raise _stop(export, error) from error


def _stop(export: Export, error: OSError) -> StuckError:
    mend = "free some space" if error.errno in _FULL else "mend it"
    hint = f"{mend} and run the same command again"
    return StuckError(f"export {export.name}: {error.strerror or error}", hint=hint)
