"""The durable frontier, verdicts and positions of one job: the door to SQLite.

Everything here blocks and is called from one thread, the journal's. One file holds it all, so one
transaction makes a group of pages done, their links queued and the exports' positions known.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
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
    identity,
)
from scrapekit.crawl.fairness import Fairness, Placed, Row
from scrapekit.job.history import note_known
from scrapekit.job.joins import Joins, JoinTerms
from scrapekit.job.settled import doubled, failures_in, settle
from scrapekit.job.tables import note, noted, open_tables, stuck
from scrapekit.report import Failure
from scrapekit.request import Request

_CHUNK = 500


class Store:
    """One job's SQLite file, opened for the length of a run."""

    def __init__(self, path: Path, fairness: Fairness | None = None) -> None:
        self.path = path
        self._fairness = fairness or Fairness()
        self._fairness.load = self._strands
        self._db: sqlite3.Connection
        self._opened = False
        self._lanes: dict[str, int] = {}
        self._next_seq = 1

    def open(self, fingerprint: str, exports: Collection[str] = ()) -> Restored:
        """Make or open the tables and say what they remember; *exports* are the exports' names.

        Raises JobError when the store was made by another recipe or another version of scrapekit, or
        when its records are in other exports; StuckError when the file is no usable store.
        """
        try:
            self._db, resumed = open_tables(self.path, fingerprint, exports)
            self._opened = True
            return self._restore() if resumed else Restored(began=self._began())
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
        self._next_seq = counters.get("seen", 0) + 1
        rows = self._db.execute(
            "SELECT id, name, (SELECT COUNT(*) FROM queue WHERE lane = lane.id), not_before, delay, parks"
            " FROM lane"
        ).fetchall()
        self._lanes = {name: key for key, name, *_ in rows}
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
        try:
            rows = self._db.execute(
                "SELECT rank, seq, lineage, request FROM queue WHERE lane = ? AND (rank, seq) > (?, ?)"
                " ORDER BY rank, seq LIMIT ?",
                (self._lanes.get(lane, -1), *after, limit),
            )
            return [self._entry(lane, *row) for row in rows]
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    @staticmethod
    def _entry(lane: str, rank: int, seq: int, lineage: int, text: str) -> Entry:
        request = Request.from_json(text)
        return Entry(request, lane, rank, seq, identity(request), lineage)

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

    def write(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        """Note a group inside a transaction."""
        with self.told():
            return self._write(group, positions)

    def _write(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        counters = group.counters
        for entry, _ in group.done:
            self._fairness.settled(entry)
        fresh, known = self._sift(group.new)
        admitted, refused = self._fairness.admit(fresh)
        counters.update(Counter(f"note:links {reason}" for _, reason in refused))
        queued = self._enqueue(admitted)
        duplicates = {id(c.hop_of) for c in known if c.hop_of is not None}
        verdicts = settle(self._db, group.done, duplicates, counters, self._lane)
        for entry in queued:
            counters[f"page:seen:{entry.request.page}"] += 1
        counters["seen"] += len(queued)
        counters["seeds"] += group.seeds
        if group.values:
            counters.update(doubled(self._db, group.values))
        if group.marks or group.known_pages:
            note_known(self._db, group.marks, group.known_pages)
        seeds = sum(candidate.is_seed for candidate in known)
        counters["duplicate_seeds"] += seeds
        counters["duplicates"] += len(known) - seeds
        for request in (candidate.request for candidate in known if candidate.follows):
            counters[f"note:{STOPPED.format(request.page, 'page known already')}"] += 1
        counters.update({f"verdict:{verdict}": count for verdict, count in verdicts.items()})
        self._count(counters)
        self._db.executemany(
            "INSERT OR REPLACE INTO position VALUES(?, ?)",
            [(name, json.dumps(position)) for name, position in positions.items()],
        )
        self._db.executemany(
            "UPDATE lane SET not_before = ?, delay = ?, parks = ? WHERE name = ?",
            [(mark.not_before, mark.delay, mark.parks, name) for name, mark in group.lane_marks.items()],
        )
        refused_urls = [candidate.request.url for candidate, _ in refused]
        return Committed(queued, len(known), verdicts, group.completed, refused_urls)

    def _sift(self, new: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Which candidates are new, and which are known (in the store, or earlier in the group)."""
        seen = self._seen([candidate.fp for candidate in new])
        fresh: list[Candidate] = []
        known: list[Candidate] = []
        for candidate in new:
            if candidate.fp in seen and not candidate.again:
                known.append(candidate)
            else:
                seen.add(candidate.fp)
                fresh.append(candidate)
        return fresh, known

    def _seen(self, fps: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for chunk in _chunks(fps, _CHUNK):
            marks = ",".join("?" * len(chunk))
            rows = self._db.execute(f"SELECT fp FROM seen WHERE fp IN ({marks})", chunk)  # noqa: S608 - only "?"
            found.update(row[0] for row in rows)
        return found

    def _enqueue(self, admitted: Sequence[Placed]) -> list[Entry]:
        entries = [
            Entry(candidate.request, candidate.lane, rank, seq, candidate.fp, lineage)
            for seq, (candidate, rank, lineage) in enumerate(admitted, start=self._next_seq)
        ]
        self._next_seq += len(entries)
        # Rows sorted by key touch each page of the table once.
        # A request that is made again is told of as it was made last.
        origins = [_origin(placed.candidate) for placed in admitted]
        self._db.executemany(
            "INSERT INTO seen VALUES(?, 0, ?, ?) ON CONFLICT(fp) DO UPDATE SET seq = excluded.seq",
            sorted((e.fp, e.seq, origin) for e, origin in zip(entries, origins, strict=True)),
        )
        self._db.executemany(
            "INSERT INTO queue VALUES(?, ?, ?, ?, ?)",
            sorted((self._lane(e.lane), e.rank, e.seq, e.lineage, e.request.to_json()) for e in entries),
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO strand VALUES(?, ?, ?, ?, ?, ?)",
            [(site, *row) for site, row in self._fairness.changed()],
        )
        return entries

    def _strands(self, site: str) -> list[Row]:
        """What is stored of how a site's requests take turns."""
        sql = "SELECT pattern, number, placed, alike, fruitless FROM strand WHERE site = ?"
        return self._db.execute(sql, (site,)).fetchall()

    def _lane(self, name: str) -> int:
        if name not in self._lanes:
            cursor = self._db.execute("INSERT INTO lane(name) VALUES(?) RETURNING id", (name,))
            self._lanes[name] = cursor.fetchone()[0]
        return self._lanes[name]

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


def _origin(candidate: Candidate) -> int | None:
    """The number of the request whose page or redirect led to this one; None where none did."""
    origin = candidate.found_on or candidate.hop_of
    return None if origin is None else origin.seq


def _chunks(values: Iterable[int], size: int) -> Iterator[list[int]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
