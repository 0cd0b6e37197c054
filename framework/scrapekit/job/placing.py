"""Files and the records that name them: each gets its name in the transaction that keeps the first of those.

Until then it is whole, but nameless, and the store knows of it. A file whose records are all dropped, cut
off by a limit or seen before never gets a name, and goes with the job.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple
from itertools import islice
from typing import Protocol, TypeAlias

from scrapekit.crawl.entries import Group
from scrapekit.job.history import FILE_COLUMNS
from scrapekit.page import StoredFile

_TABLE = (
    f"CREATE TABLE IF NOT EXISTS file({FILE_COLUMNS}, rule TEXT NOT NULL, placed INTEGER NOT NULL DEFAULT 0)"
    " WITHOUT ROWID"
)
_CHUNK = 500

Ruled: TypeAlias = tuple[str, StoredFile]
"""A file with the page rule's name of its request."""


class Files(Protocol):
    """Files that were fetched."""

    prefix: str
    """What the names of the job's parts begin with."""

    def place(self, stored: Sequence[Ruled]) -> Collection[str]:
        """Let them appear under their names; on return that is durable.

        Gives the keys of those that stood there before.
        """
        ...

    def hold(self, stored: Sequence[Ruled]) -> None:
        """Keep them without names; on return that is durable."""
        ...

    def forget(self, stored: Sequence[Ruled]) -> None:
        """The store knows that they have their names: nothing else of them is needed any more."""
        ...


class Placing:
    """The files of one job, in its store. All of it runs on the journal's thread, inside its transactions."""

    def __init__(self, db: sqlite3.Connection, files: Files) -> None:
        self._db = db
        self._files = files
        db.execute(_TABLE)

    def take(self, group: Group) -> None:
        """Know the group's files from now on."""
        self._db.executemany(
            "INSERT OR REPLACE INTO file VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            [(*astuple(stored), rule) for rule, stored in _stored_in(group)],
        )

    def keep(self, group: Group) -> Sequence[Ruled]:
        """Give the files their names that the group's records name; gives those, for `forget`."""
        wanted = {file.key: file for item in (*group.items, *group.quarantined) for file in item.files}
        placed = [(rule, wanted[key]) for key, rule in self._known(wanted, placed=False)]
        if held := [each for each in _stored_in(group) if each[1].key not in wanted]:
            self._files.hold(held)
        if placed:
            before = self._files.place(placed)
            self._db.executemany("UPDATE file SET placed = 1 WHERE key = ?", [(s.key,) for _, s in placed])
            self._count(group, placed, before)
        return placed

    def forget(self, placed: Sequence[Ruled]) -> None:
        """The transaction is durable in which these got their names."""
        if placed:
            self._files.forget(placed)

    def placed(self, keys: Collection[str]) -> set[str]:
        """Those of these files that have their names; those that nobody knows have not."""
        return {key for key, _ in self._known(keys, placed=True)}

    def _known(self, keys: Collection[str], *, placed: bool) -> Iterator[tuple[str, str]]:
        """Those of these files that have their names, or have none yet, each with its page rule."""
        remaining = iter(keys)
        while chunk := list(islice(remaining, _CHUNK)):
            marks = ",".join("?" * len(chunk))
            query = f"SELECT key, rule FROM file WHERE placed = ? AND key IN ({marks})"  # noqa: S608 - only "?"
            yield from self._db.execute(query, (placed, *chunk)).fetchall()

    @staticmethod
    def _count(group: Group, placed: Sequence[Ruled], before: Collection[str]) -> None:
        for rule, stored in placed:
            group.counters[f"file:files:{rule}"] += 1
            group.counters[f"file:bytes:{rule}"] += stored.size
            if stored.key in before:
                group.counters[f"file:known:{rule}"] += 1


def files_of(db: sqlite3.Connection, record: int) -> list[StoredFile]:
    """The files that a waiting record of the store has asked for, as far as they came."""
    rows = db.execute(
        "SELECT file.* FROM want JOIN ask ON ask.id = want.ask"
        " JOIN file ON file.key = ask.key WHERE want.record = ? ORDER BY want.place",
        (record,),
    )
    return [StoredFile(*row[:-2]) for row in rows]


def _stored_in(group: Group) -> list[Ruled]:
    return [(entry.request.page, outcome.stored) for entry, outcome in group.done if outcome.stored]
