"""The file of a job's store: its tables, and whether this run may go on with what is in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path
from time import time

from scrapekit.errors import JobError, StuckError
from scrapekit.job import joins

FORMAT = 4
"""The version of the tables below; a store of another version is refused, never half-read."""

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE lane(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, not_before REAL NOT NULL DEFAULT 0,
                  delay REAL NOT NULL DEFAULT 0, parks INTEGER NOT NULL DEFAULT 0);
-- Popping a request writes nothing: its row leaves when its outcome commits.
CREATE TABLE queue(lane INTEGER, rank INTEGER, seq INTEGER, lineage INTEGER NOT NULL, request TEXT NOT NULL,
                   PRIMARY KEY(lane, rank, seq)) WITHOUT ROWID;
-- Host-local fingerprints keep one host's rows on neighbouring pages; verdict 0 means "not yet". "found" is
-- the number of the request that led to it, "link" by which link rule of its page; as `Request.link` says.
CREATE TABLE seen(fp INTEGER PRIMARY KEY, verdict INTEGER NOT NULL DEFAULT 0, seq INTEGER, found INTEGER,
                  link INTEGER);
-- What is told of an address afterwards; what gave no page has its address and reason in "failure".
CREATE TABLE done(seq INTEGER PRIMARY KEY, moment INTEGER, url TEXT, page TEXT, verdict TEXT, tries INTEGER,
                  status INTEGER, records INTEGER, links INTEGER, reason TEXT);
-- How the requests of a site take turns by the pattern of their addresses.
CREATE TABLE strand(site TEXT, pattern TEXT, number INTEGER, placed INTEGER, alike INTEGER,
                    fruitless INTEGER, PRIMARY KEY(site, pattern)) WITHOUT ROWID;
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

_FRESH = "run with --fresh to begin anew"


def open_tables(path: Path, fingerprint: str, exports: Collection[str]) -> tuple[sqlite3.Connection, bool]:
    """The open file, its tables made when they are missing; True when it holds a job already.

    Raises JobError when the job is of another recipe, of another version of scrapekit, or writes to
    other *exports*; an error of SQLite escapes as it is.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        resumed = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is not None
        if resumed:
            _check(db, path.parent, fingerprint, exports)
        else:
            _create(db)
        _note_terms(db, fingerprint, exports)
        if not resumed:
            db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db, resumed


def note(db: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a fact about the job."""
    db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (key, value))


def noted(db: sqlite3.Connection, key: str) -> str:
    """A remembered fact; empty when there is none."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def _create(db: sqlite3.Connection) -> None:
    # One transaction, which ends when the terms are noted: killed half-way, there is nothing, and
    # never tables of an unknown format.
    db.executescript(f"BEGIN IMMEDIATE; {_TABLES} {joins.TABLES}")
    note(db, "format", str(FORMAT))


def _note_terms(db: sqlite3.Connection, fingerprint: str, exports: Collection[str]) -> None:
    if not noted(db, "began") or not _any(db, "seen"):
        note(db, "began", repr(time()))
    terms = {"recipe": fingerprint, "exports": json.dumps(sorted(exports))}
    for key, value in terms.items():
        if noted(db, key) != value:
            note(db, key, value)


def _check(db: sqlite3.Connection, folder: Path, fingerprint: str, exports: Collection[str]) -> None:
    if noted(db, "format") != str(FORMAT):
        raise JobError(
            f"{folder} was written by another version of scrapekit",
            hint=f"{_FRESH}, or use another folder with --job",
        )
    # A job in which nothing was done yet can be any job.
    known = noted(db, "recipe")
    if known != fingerprint and known.partition("+")[0] == fingerprint.partition("+")[0] and _any(db, "seen"):
        # Seeds are counted, so drawn from another file they would be others.
        raise JobError(
            f"{folder} holds an unfinished job whose file of seeds was changed since",
            hint=f"{_FRESH}, or put the file back as it was to go on",
        )
    if known != fingerprint and _any(db, "seen"):
        raise JobError(
            f"{folder} holds an unfinished job of another recipe, "
            "or of this one with other settings or inputs",
            hint=f"{_FRESH}, undo the change to go on, or use another folder with --job",
        )
    # The records so far are in the old files alone.
    before, now = json.loads(noted(db, "exports") or "[]"), sorted(exports)
    if before != now and _any(db, "records:*"):
        raise JobError(
            f"{folder} holds an unfinished job that writes to {_targets(before)}, not to {_targets(now)}",
            hint=f"name the same files to go on, or {_FRESH}",
        )


def _any(db: sqlite3.Connection, counters: str) -> bool:
    return bool(db.execute("SELECT 1 FROM counter WHERE name GLOB ? AND value > 0", (counters,)).fetchone())


def _targets(exports: Iterable[str]) -> str:
    """The files that exports write, in words."""
    *first, last = (name.partition(":")[2] for name in exports)
    return f"{', '.join(first)} and {last}" if first else last


def stuck(error: sqlite3.DatabaseError, path: Path) -> StuckError:
    """What a failing store means for the person who runs the job."""
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return StuckError(
            f"cannot write {path}: {text}", hint="free some space and run the same command again"
        )
    if "malformed" in text or "not a database" in text:
        return StuckError(f"{path} is damaged: {text}", hint=_FRESH)
    return StuckError(f"cannot use {path}: {text}")
