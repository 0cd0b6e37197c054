"""The durable frontier, verdicts and positions of one job: the door to SQLite.

Everything here blocks and is called from one thread, the journal's. One file holds it all, so one
transaction makes a group of pages done, their links queued and the exports' positions known.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scrapekit.crawl.entries import (
    STOPPED,
    Candidate,
    Committed,
    Entry,
    Group,
    LaneState,
    Restored,
)
from scrapekit.crawl.fairness import Fairness
from scrapekit.job.history import note_known
from scrapekit.job.joins import Joins, JoinTerms
from scrapekit.job.placing import Files, Placing
from scrapekit.job.queue import Queue
from scrapekit.job.settled import doubled, failures_in, settle
from scrapekit.job.tables import note, noted, open_tables, stuck
from scrapekit.report import Failure

_PARTS = "parts"
"""The fact under which a store keeps what the names of its job's parts begin with."""


class Store:
    """One job's SQLite file, opened for the length of a run."""

    def __init__(self, path: Path, fairness: Fairness | None = None) -> None:
        self.path = path
        self._fairness = fairness or Fairness()
        self._db: sqlite3.Connection
        self._queue: Queue
        self._opened = False

    def open(self, fingerprint: str, exports: Collection[str] = ()) -> Restored:
        """Make or open the tables and say what they remember; *exports* are the exports' names.

        Raises JobError when the store was made by another recipe or another version of scrapekit, or
        when its records are in other exports; StuckError when the file is no usable store.
        """
        try:
            self._db, resumed = open_tables(self.path, fingerprint, exports)
            self._opened = True
            if resumed:
                return self._restore()
            self._queue = Queue(self._db, self._fairness, {}, 1)
            return Restored(began=self._began())
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    def note(self, key: str, value: str) -> None:
        """Remember a fact about the job."""
        try:
            note(self._db, key, value)
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    def noted(self, key: str) -> str:
        """A remembered fact; empty when there is none."""
        return noted(self._db, key)

    def _restore(self) -> Restored:
        counters = dict(self._db.execute("SELECT name, value FROM counter"))
        rows = self._db.execute(
            "SELECT id, name, (SELECT COUNT(*) FROM queue WHERE lane = lane.id), not_before, delay, parks"
            " FROM lane"
        ).fetchall()
        lanes = {name: key for key, name, *_ in rows}
        self._queue = Queue(self._db, self._fairness, lanes, counters.get("seen", 0) + 1)
        positions = {name: json.loads(text) for name, text in self._db.execute("SELECT * FROM position")}
        return Restored(
            lanes=[LaneState(*row) for _, *row in rows],
            counters=counters,
            seeds=counters.get("seeds", 0),
            positions=positions,
            resumed=True,
            began=self._began(),
        )

    def _began(self) -> float:
        return float(noted(self._db, "began"))

    def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        """The next *limit* stored requests of a lane behind the place *after*, in order."""
        with self.told():
            return self._queue.waiting(lane, after, limit)

    def commit(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        """Make a group durable in one transaction: all of it or none of it."""
        with self.transaction():
            return self.write(group, positions)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done inside becomes durable at its end, all of it or none of it."""
        with self.told():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self.told():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                with suppress(sqlite3.DatabaseError):
                    self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say what a failing store means for the person who runs the job: raises StuckError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    def joins(self, terms: JoinTerms, records: int) -> Joins:
        """The records that wait for other pages; *records* is how many the job holds already."""
        return Joins(self._db, terms, records)

    def placing(self, files: Files) -> Placing:
        """The files of the job, and which of them have their names."""
        with self.told():
            # Noted once: a job that goes on elsewhere finds its parts again.
            files.prefix = noted(self._db, _PARTS) or files.prefix
            note(self._db, _PARTS, files.prefix)
            return Placing(self._db, files)

    def write(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        """Note a group inside a transaction."""
        with self.told():
            return self._write(group, positions)

    def _write(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        for entry, _ in group.done:
            self._fairness.settled(entry)
        fresh, known = self._queue.sift(group.new)
        admitted, refused = self._fairness.admit(fresh)
        queued = self._queue.add(admitted)
        duplicates = {id(c.hop_of) for c in known if c.hop_of is not None}
        verdicts = settle(self._db, group.done, duplicates, group.counters, self._queue.number_of)
        if group.values:
            group.counters.update(doubled(self._db, group.values))
        if group.marks or group.known_pages:
            note_known(self._db, group.marks, group.known_pages)
        _count_new(group, queued, known, [reason for _, reason in refused])
        group.counters.update({f"verdict:{verdict}": count for verdict, count in verdicts.items()})
        self._count(group.counters)
        self._note_places(group, positions)
        refused_urls = [candidate.request.url for candidate, _ in refused]
        return Committed(queued, len(known), verdicts, group.completed, refused_urls)

    def _note_places(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> None:
        """Where each export stands, and when each lane may be asked again."""
        self._db.executemany(
            "INSERT OR REPLACE INTO position VALUES(?, ?)",
            [(name, json.dumps(position)) for name, position in positions.items()],
        )
        self._db.executemany(
            "UPDATE lane SET not_before = ?, delay = ?, parks = ? WHERE name = ?",
            [(mark.not_before, mark.delay, mark.parks, name) for name, mark in group.lane_marks.items()],
        )

    def _count(self, counters: Mapping[str, int]) -> None:
        self._db.executemany(
            "INSERT INTO counter VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = value + excluded.value",
            [(name, value) for name, value in counters.items() if value],
        )

    def failures(self, limit: int) -> list[Failure]:
        """The first *limit* requests that gave no page."""
        with self.told():
            return failures_in(self._db, limit)

    def close(self) -> None:
        """Fold the log into the file and let go of it; nothing where it was not opened."""
        if not self._opened:
            return
        self._opened = False
        # Nothing is lost when it fails: the log stays beside the file and is read at the next opening.
        with suppress(sqlite3.DatabaseError):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()


def _count_new(
    group: Group, queued: Sequence[Entry], known: Sequence[Candidate], refused: Sequence[str]
) -> None:
    """Count what became of the group's candidates: queued, known already, or refused for a reason."""
    counters = group.counters
    counters.update(Counter(f"note:links {reason}" for reason in refused))
    counters.update(Counter(f"page:seen:{entry.request.page}" for entry in queued))
    counters["seen"] += len(queued)
    counters["seeds"] += group.seeds
    seeds = sum(candidate.is_seed for candidate in known)
    counters["duplicate_seeds"] += seeds
    counters["duplicates"] += len(known) - seeds
    for request in (candidate.request for candidate in known if candidate.follows):
        counters[f"note:{STOPPED.format(request.page, 'page known already')}"] += 1
