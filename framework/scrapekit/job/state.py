"""The durable frontier, verdicts and positions of one job: the door to SQLite.

Everything here blocks and is called from one thread, the journal's. One file holds it all, so one
transaction makes a group of pages done, their links queued and the exports' positions known.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from scrapekit.crawl.entries import Candidate, Committed, Entry, Group, LaneState, Restored, identity
from scrapekit.errors import JobError, StuckError
from scrapekit.model import FAILURES, Outcome, Request, Verdict
from scrapekit.report import Failure

FORMAT = 1
"""The version of the tables below; a store of another version is refused, never half-read."""

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE lane(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, not_before REAL NOT NULL DEFAULT 0);
-- Popping a request writes nothing: its row leaves when its outcome commits.
CREATE TABLE queue(lane INTEGER, rank INTEGER, seq INTEGER, request TEXT NOT NULL,
                   PRIMARY KEY(lane, rank, seq)) WITHOUT ROWID;
-- Host-local fingerprints keep one host's rows on neighbouring pages; verdict 0 means "not yet".
CREATE TABLE seen(fp INTEGER PRIMARY KEY, verdict INTEGER NOT NULL DEFAULT 0);
CREATE TABLE failure(seq INTEGER PRIMARY KEY, url TEXT, page TEXT, verdict TEXT, reason TEXT, tries INTEGER);
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE position(export TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_PRAGMAS = (
    "journal_mode=WAL",
    # A commit is a promise, also when the power goes. At 4 to 30 groups a second the price is small.
    "synchronous=FULL",
    "cache_size=-16384",
    "temp_store=MEMORY",
    # 64 MiB of log before a checkpoint: the default 4 MiB costs 2.6 times as much at a million URLs.
    "wal_autocheckpoint=16384",
    "busy_timeout=5000",
)

_CODES: Mapping[Verdict, int] = {verdict: code for code, verdict in enumerate(Verdict, start=1)}
_CHUNK = 500


class Store:
    """One job's SQLite file, opened for the length of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._lanes: dict[str, int] = {}
        self._next_seq = 1

    def open(self, fingerprint: str) -> Restored:
        """Make or open the tables and say what they remember.

        Raises JobError when the store was made by another recipe or another version of scrapekit,
        StuckError when the file is no usable store.
        """
        try:
            for pragma in _PRAGMAS:
                self._db.execute(f"PRAGMA {pragma}")
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                self._create(fingerprint)
                return Restored()
            self._check(fingerprint)
            return self._restore()
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    def _create(self, fingerprint: str) -> None:
        # One transaction: killed half-way, there is nothing, and never tables of an unknown format.
        self._db.executescript(f"BEGIN IMMEDIATE; {_TABLES}")
        self.note("format", str(FORMAT))
        self.note("recipe", fingerprint)
        self._db.execute("COMMIT")

    def _check(self, fingerprint: str) -> None:
        if self.noted("format") != str(FORMAT):
            raise JobError(
                f"{self.path.parent} was written by another version of scrapekit",
                hint="run with --fresh to begin anew, or use another folder with --job",
            )
        if self.noted("recipe") != fingerprint:
            raise JobError(
                f"{self.path.parent} holds an unfinished job of a different version of this recipe",
                hint="run with --fresh to begin anew, or undo the change to go on",
            )

    def note(self, key: str, value: str) -> None:
        """Remember a fact about the job."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (key, value))

    def noted(self, key: str) -> str:
        """A remembered fact; empty when there is none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def _restore(self) -> Restored:
        counters = dict(self._db.execute("SELECT name, value FROM counter"))
        self._next_seq = counters.get("seen", 0) + 1
        rows = self._db.execute(
            "SELECT lane.id, name, not_before, (SELECT COUNT(*) FROM queue WHERE lane = lane.id) FROM lane"
        ).fetchall()
        self._lanes = {name: key for key, name, _, _ in rows}
        positions = {name: json.loads(text) for name, text in self._db.execute("SELECT * FROM position")}
        return Restored(
            lanes=[LaneState(name, waiting, not_before) for _, name, not_before, waiting in rows],
            counters=counters,
            seeds=counters.get("seeds", 0),
            positions=positions,
            resumed=True,
        )

    def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        """The next *limit* stored requests of a lane behind the place *after*, in order."""
        try:
            rows = self._db.execute(
                "SELECT rank, seq, request FROM queue WHERE lane = ? AND (rank, seq) > (?, ?)"
                " ORDER BY rank, seq LIMIT ?",
                (self._lanes.get(lane, -1), *after, limit),
            )
            return [self._entry(lane, rank, seq, text) for rank, seq, text in rows]
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    @staticmethod
    def _entry(lane: str, rank: int, seq: int, text: str) -> Entry:
        request = Request.from_json(text)
        return Entry(request, lane, rank, seq, identity(request))

    def commit(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        """Make a group durable in one transaction: all of it or none of it."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                committed = self._write(group, positions)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error
        return committed

    def _write(self, group: Group, positions: Mapping[str, Mapping[str, Any]]) -> Committed:
        fresh, known = self._sift(group.new)
        queued = self._enqueue(fresh)
        verdicts = self._settle(group.done, {id(c.hop_of) for c in known if c.hop_of is not None})
        counters = group.counters
        counters["seen"] += len(queued)
        counters["seeds"] += group.seeds
        counters["duplicates"] += len(known)
        counters.update({f"verdict:{verdict}": count for verdict, count in verdicts.items()})
        self._count(counters)
        self._db.executemany(
            "INSERT OR REPLACE INTO position VALUES(?, ?)",
            [(name, json.dumps(position)) for name, position in positions.items()],
        )
        self._db.executemany(
            "UPDATE lane SET not_before = ? WHERE name = ?",
            [(moment, name) for name, moment in group.not_before.items()],
        )
        return Committed(queued, len(known), verdicts)

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

    def _enqueue(self, fresh: Sequence[Candidate]) -> list[Entry]:
        entries = []
        for candidate in fresh:
            entries.append(
                Entry(candidate.request, candidate.lane, candidate.rank, self._next_seq, candidate.fp)
            )
            self._next_seq += 1
        # Rows sorted by key touch each page of the table once.
        self._db.executemany("INSERT OR IGNORE INTO seen(fp) VALUES(?)", sorted((e.fp,) for e in entries))
        self._db.executemany(
            "INSERT INTO queue VALUES(?, ?, ?, ?)",
            sorted((self._lane(e.lane), e.rank, e.seq, e.request.to_json()) for e in entries),
        )
        return entries

    def _lane(self, name: str) -> int:
        if name not in self._lanes:
            cursor = self._db.execute("INSERT INTO lane(name) VALUES(?) RETURNING id", (name,))
            self._lanes[name] = cursor.fetchone()[0]
        return self._lanes[name]

    def _settle(self, done: Sequence[tuple[Entry, Outcome]], duplicates: set[int]) -> Counter[str]:
        verdicts: Counter[str] = Counter()
        rows, marks, failures = [], [], []
        for entry, outcome in done:
            verdict = Verdict.DUPLICATE if id(entry) in duplicates else outcome.verdict
            verdicts[verdict.value] += 1
            rows.append((self._lane(entry.lane), entry.rank, entry.seq))
            marks.append((_CODES[verdict], entry.fp))
            if verdict in FAILURES or verdict in (Verdict.ROBOTS, Verdict.OUT_OF_SCOPE, Verdict.DROPPED):
                failures.append(
                    (entry.seq, entry.request.url, entry.request.page, verdict, outcome.reason, entry.tries)
                )
        self._db.executemany("DELETE FROM queue WHERE lane = ? AND rank = ? AND seq = ?", rows)
        self._db.executemany("UPDATE seen SET verdict = ? WHERE fp = ?", marks)
        self._db.executemany("INSERT OR REPLACE INTO failure VALUES(?, ?, ?, ?, ?, ?)", failures)
        return verdicts

    def _count(self, counters: Mapping[str, int]) -> None:
        self._db.executemany(
            "INSERT INTO counter VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = value + excluded.value",
            [(name, value) for name, value in counters.items() if value],
        )

    def failures(self, limit: int) -> list[Failure]:
        """The first *limit* requests that gave no page."""
        try:
            rows = self._db.execute(
                "SELECT url, page, verdict, reason, tries FROM failure"
                " ORDER BY verdict = 'robots', seq LIMIT ?",
                (limit,),
            )
            return [Failure(*row) for row in rows]
        except sqlite3.DatabaseError as error:
            raise stuck(error, self.path) from error

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        # Nothing is lost when it fails: the log stays beside the file and is read at the next opening.
        with suppress(sqlite3.DatabaseError):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()


def stuck(error: sqlite3.DatabaseError, path: Path) -> StuckError:
    """What a failing store means for the person who runs the job."""
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return StuckError(
            f"cannot write {path}: {text}", hint="free some space and run the same command again"
        )
    if "malformed" in text or "not a database" in text:
        return StuckError(f"{path} is damaged: {text}", hint="run with --fresh to begin anew")
    return StuckError(f"cannot use {path}: {text}")


def _chunks(values: Iterable[int], size: int) -> Iterator[list[int]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
