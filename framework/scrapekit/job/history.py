"""What the jobs of a folder exported and fetched, for those after them: only read while a job runs.

A job notes its own in its store, with each group. They are added to the history when the next job
begins: so everything is decided alike before and after a crash, and adding twice changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from scrapekit.errors import JobError
from scrapekit.page import StoredFile

FORMAT = 1
"""The version of the tables below; a history of another version is refused, never half-read."""

_TABLES = (
    # One identity may have several contents: two rows of a page with the same key.
    "CREATE TABLE IF NOT EXISTS known_record(id BLOB, content INTEGER, PRIMARY KEY(id, content))"
    " WITHOUT ROWID",
    # ``terms`` are those under which ``gave`` holds; ``waits`` where records of it waited for other pages.
    "CREATE TABLE IF NOT EXISTS known_page(fp INTEGER PRIMARY KEY, terms BLOB, etag TEXT, modified TEXT,"
    " waits INTEGER, gave TEXT)",
)
FILE_COLUMNS = (
    "key TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, "
    "type TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, moment REAL NOT NULL, stem TEXT NOT NULL"
)
"""What is kept of a `StoredFile`, in the order of its fields."""

_FOLD = (
    # What a record was in this job takes the place of all that it was before.
    "DELETE FROM known_record WHERE id IN (SELECT id FROM job.known_record)",
    "INSERT INTO known_record SELECT id, content FROM job.known_record",
    "INSERT OR REPLACE INTO known_page SELECT * FROM job.known_page WHERE NOT waits OR ?",
)
_FOLD_FILES = (
    f"CREATE TABLE IF NOT EXISTS main.known_file({FILE_COLUMNS}) WITHOUT ROWID",
    "INSERT OR REPLACE INTO known_file"
    " SELECT key, path, sha256, size, type, etag, modified, moment, stem FROM job.file WHERE placed",
)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that an earlier job fetched."""

    terms: bytes | None
    """Under which ``gave`` holds; None where its content is not known."""
    etag: str
    modified: str
    gave: Mapping[str, Any]


def note_known(
    db: sqlite3.Connection, marks: Iterable[tuple[bytes, int]], pages: Iterable[tuple[object, ...]]
) -> None:
    """Note records and pages in the store of a job, inside a transaction."""
    # Made when they are first wanted: few recipes compare one job with another.
    _make_tables(db)
    db.executemany("INSERT OR IGNORE INTO known_record VALUES(?, ?)", marks)
    db.executemany("INSERT OR REPLACE INTO known_page VALUES(?, ?, ?, ?, ?, ?)", pages)


def _make_tables(db: sqlite3.Connection) -> None:
    for table in _TABLES:
        db.execute(table)


class History:
    """The history of a job folder as it was when the job began; empty where there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None

    def open(self) -> None:
        """Raises JobError when the file is no history of this version."""
        if not self._path.exists():
            return
        with _told(self._path):
            self._db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            _check(self._db, self._path)

    def contents(self, ids: Collection[bytes]) -> dict[bytes, set[int]]:
        """The contents that each of these records had, as far as it is known."""
        found: dict[bytes, set[int]] = {}
        for key, content in self._rows("SELECT id, content FROM known_record WHERE id IN ({})", ids):
            found.setdefault(key, set()).add(content)
        return found

    def pages(self, fps: Collection[int]) -> dict[int, KnownPage]:
        """Those of these pages that are known, by the identity of their requests."""
        rows = self._rows("SELECT fp, terms, etag, modified, gave FROM known_page WHERE fp IN ({})", fps)
        return {
            fp: KnownPage(terms, etag, modified, json.loads(gave)) for fp, terms, etag, modified, gave in rows
        }

    def file(self, key: str) -> StoredFile | None:
        """A file that an earlier job placed, by `Request.ask`."""
        with _told(self._path):
            if self._db is None or not _has(self._db, "main", "known_file"):
                return None
            row = self._db.execute("SELECT * FROM known_file WHERE key = ?", (key,)).fetchone()
        return None if row is None else StoredFile(*row)

    def _rows(self, query: str, keys: Collection[Any]) -> Iterator[Any]:
        if self._db is None:
            return
        remaining = iter(keys)
        with _told(self._path):
            while chunk := list(islice(remaining, _CHUNK)):
                yield from self._db.execute(query.format(",".join("?" * len(chunk))), chunk)

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


def fold(store: Path, history: Path, *, whole: bool) -> None:
    """Add what the job in *store* exported and fetched to the history, all of it or none.

    Where the job was not *whole*, pages stay unknown whose records waited for other pages: some of
    those may be missing. Raises JobError when it cannot be done.
    """
    with _told(store):
        if not _holds_any(store):
            return
    with _told(history), closing(sqlite3.connect(history, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA busy_timeout=5000")
        db.execute("ATTACH ? AS job", (str(store),))
        db.execute("BEGIN IMMEDIATE")
        if not db.execute("SELECT 1 FROM main.sqlite_master").fetchone():
            _make_main_tables(db)
        _check(db, history)
        if _has(db, "job", "known_record"):
            delete, records, pages = _FOLD
            db.execute(delete)
            db.execute(records)
            db.execute(pages, (whole,))
        if _has(db, "job", "file"):
            for statement in _FOLD_FILES:
                db.execute(statement)
        db.execute("COMMIT")


def _make_main_tables(db: sqlite3.Connection) -> None:
    for table in _TABLES:
        db.execute(table.replace("EXISTS known", "EXISTS main.known"))
    db.execute(f"PRAGMA main.user_version={FORMAT}")


def _holds_any(store: Path) -> bool:
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return _has(db, "main", "known_record") or _has(db, "main", "file")


def _has(db: sqlite3.Connection, of: str, table: str) -> bool:
    found = db.execute(f"SELECT 1 FROM {of}.sqlite_master WHERE name = ?", (table,))  # noqa: S608 - no input
    return found.fetchone() is not None


def _check(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA main.user_version").fetchone()
    if version != FORMAT:
        raise JobError(f"{path} was written by another version of scrapekit", hint=_forget(path))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what a failing file means for the person who runs the job."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        damaged = "malformed" in text or "not a database" in text
        hint = _forget(path) if damaged else "mend that and run the same command again"
        raise JobError(f"cannot use {path}: {text}", hint=hint) from error


def _forget(path: Path) -> str:
    return f"remove {path.name}: then every record counts as new once more"
