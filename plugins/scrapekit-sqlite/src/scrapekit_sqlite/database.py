"""Opens the database, keeps its transactions whole, and says in plain words what it refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrapekit import StuckError

SIDE_FILES = ("-journal", "-wal", "-shm")
_PATIENCE = 20.0
"""Seconds to wait for another program that holds the database."""

_IN_WORDS = {
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space and run the same command again",
    sqlite3.SQLITE_BUSY: "is held locked by another program",
    sqlite3.SQLITE_LOCKED: "is held locked by another program",
    sqlite3.SQLITE_READONLY: "cannot be written to",
    sqlite3.SQLITE_PERM: "cannot be written to",
    sqlite3.SQLITE_IOERR: "could not be read or written; run the same command again when the disk is mended",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "is damaged; run with --fresh to begin anew",
}


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose commits survive a power cut and whose transactions are the caller's."""
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        # Without EXTRA the removed journal can come back after a power cut and undo the last commit.
        db.execute("PRAGMA synchronous = EXTRA")
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of the block or none of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def in_words(shown: str) -> Iterator[None]:
    """Turn SQLite's errors into a StuckError that names the file *shown*."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise StuckError(f"{shown} {_IN_WORDS.get(code, f'was refused by SQLite: {error}')}") from error


def remove_side_files(path: Path) -> None:
    """Remove the journals of an older database of this name: SQLite would play them into a new one."""
    for ending in SIDE_FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)
