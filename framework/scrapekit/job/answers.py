"""The file in which answers are kept: found by keys, bounded by forgetting.

It is a file of its own, so that a job's commits never wait for it, and it outlives every job of its folder.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scrapekit.errors import JobError
from scrapekit.web.replay import Answer, Key

FORMAT = 1
"""The version of the tables below; a file of another version is refused, never half-read."""

_TABLES = """
-- Apart from the answers: to note that one was used must not rewrite its body.
CREATE TABLE entry(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL);
CREATE INDEX entry_used ON entry(used);
CREATE TABLE answer(id INTEGER PRIMARY KEY, at REAL NOT NULL, status INTEGER NOT NULL, seal TEXT NOT NULL,
                    headers TEXT NOT NULL, body BLOB NOT NULL);
"""
_PRAGMAS = (
    # Before the first table is made: without it a file never gets smaller.
    "auto_vacuum=INCREMENTAL",
    "journal_mode=WAL",
    # What the last moments before a power cut brought can be fetched again; the file stays whole.
    "synchronous=NORMAL",
    "journal_size_limit=16777216",
    "busy_timeout=5000",
)
_OLDEST = "SELECT id FROM entry WHERE used <= ? ORDER BY used, id LIMIT 1"
_NEWEST = "SELECT id FROM entry ORDER BY used DESC, id DESC LIMIT 1"
_FAST = 1
"""zlib's level: a third of the time of the default one, for an eighth more bytes of HTML."""


@dataclass(frozen=True, slots=True)
class ToKeep:
    """An answer on its way into the file."""

    key: Key
    answer: Answer
    hidden: Sequence[str] = ()
    """Texts it may not hold, or it is not kept."""


class AnswerFile:
    """At most *size* bytes of answers, used by one thread at a time."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self._size = size
        self._db: sqlite3.Connection
        self._tick = 0
        self._before = 0
        self._used: set[int] = set()

    def open(self) -> None:
        """Open the file, made for its owner's eyes alone. Raises JobError when it cannot be used."""
        with self._told():
            _make_private(self.path)
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            try:
                self._set_up()
            except BaseException:
                self._db.close()
                raise

    def _set_up(self) -> None:
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        if not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={FORMAT}; COMMIT")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version != FORMAT:
            raise JobError(f"{self.path} was written by another version of scrapekit", hint=self._hint)
        (self._before,) = self._db.execute("SELECT coalesce(max(used), 0) FROM entry").fetchone()
        self._tick = self._before

    @property
    def _hint(self) -> str:
        return f"remove {self.path.name}: then every page is fetched anew"

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.DatabaseError) as error:
            raise JobError(f"cannot use {self.path}: {error}", hint=self._hint) from error

    def find(self, key: Key) -> Answer | None:
        """The answer under *key*; whoever asks for one uses it."""
        row = self._db.execute(
            "SELECT id, at, status, seal, headers, body FROM entry JOIN answer USING(id) WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        number, at, status, sealed, headers, body = row
        self._used.add(number)
        return Answer(status, json.loads(headers), zlib.decompress(body), sealed, at)

    def write(self, answers: Iterable[ToKeep]) -> Counter[str]:
        """Keep these answers, all at once; gives how many were ``stored``, ``withheld`` and ``evicted``."""
        counts: Counter[str] = Counter()
        self._tick += 1
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._note_used()
            for each in answers:
                # 0: no answer, but what stands in place of one.
                counts[self._put(each)] += each.answer.status > 0
            counts["evicted"] += self._forget()
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        if counts["evicted"]:
            # One step gives back one page; only a script is stepped to its end.
            self._db.executescript("PRAGMA incremental_vacuum")
        return counts

    def _note_used(self) -> None:
        used, self._used = self._used, set()
        self._db.executemany("UPDATE entry SET used = ? WHERE id = ?", [(self._tick, each) for each in used])

    def _put(self, each: ToKeep) -> str:
        answer = each.answer
        if _holds(answer, each.hidden):
            return "withheld"
        packed = zlib.compress(answer.body, _FAST)
        if len(packed) > self._size:
            # It would take the place of all others, and then go as well.
            return "evicted"
        self._db.execute("DELETE FROM answer WHERE id = (SELECT id FROM entry WHERE key = ?)", (each.key,))
        self._db.execute("DELETE FROM entry WHERE key = ?", (each.key,))
        number = self._db.execute(
            "INSERT INTO entry(key, used) VALUES(?, ?)", (each.key, self._tick)
        ).lastrowid
        headers = json.dumps(dict(answer.headers), separators=(",", ":"))
        row = (number, answer.at, answer.status, answer.seal, headers, packed)
        self._db.execute("INSERT INTO answer VALUES(?, ?, ?, ?, ?, ?)", row)
        return "stored"

    def _forget(self) -> int:
        """Make room; gives how many answers went.

        First goes what was used longest ago before this run, then what this run brought last. Would it be
        the first that it brought, a crawl that is larger than the file would never find an answer there:
        each time the ones that are asked for next would have gone.
        """
        gone = 0
        while self._bytes() > self._size:
            found = (
                self._db.execute(_OLDEST, (self._before,)).fetchone() or self._db.execute(_NEWEST).fetchone()
            )
            if found is None:
                break
            self._db.execute("DELETE FROM entry WHERE id = ?", found)
            self._db.execute("DELETE FROM answer WHERE id = ?", found)
            gone += 1
        return gone

    def _bytes(self) -> int:
        """What the file would take if its free pages were given back."""
        pages, free, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _holds(answer: Answer, hidden: Collection[str]) -> bool:
    """True where the answer holds one of the texts: what should be masked in it could not be."""
    if not hidden:
        return False
    headers = "\n".join(answer.headers.values())
    return any(text in headers or text.encode() in answer.body for text in hidden)


def _make_private(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
