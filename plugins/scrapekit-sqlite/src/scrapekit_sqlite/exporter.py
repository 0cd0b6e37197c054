"""Writes records into an SQLite database, a table for each kind."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from typing import ClassVar, Literal

from scrapekit import ExportContext, Item, Options, PartFile, Position, StuckError
from scrapekit_sqlite.database import connect, in_words, remove_side_files, transaction
from scrapekit_sqlite.ledger import Ledger, Waiting
from scrapekit_sqlite.shapes import read_shapes, signature
from scrapekit_sqlite.tables import Row, Table
from scrapekit_sqlite.values import Store, value_store


class SqliteExporter:
    """Writes real tables; a record whose kind has a ``key`` replaces the row with the same key.

    Option ``mode``: ``replace`` (default) builds a new database beside the old one and puts it in
    its place when the run is finished; ``update`` writes into the database that is there, adding
    the tables and columns it lacks. Option ``table`` names the table where there is one kind.
    """

    guarantee: ClassVar[Literal["exactly once"]] = "exactly once"

    def __init__(self, options: Options, context: ExportContext) -> None:
        update = options.choice("mode", ("replace", "update"), "replace") == "update"
        self._shapes = read_shapes(options, context)
        options.close()
        self.adds = update
        """True when the database that is there is written into."""
        self._ours = not update
        self._file = PartFile(context.path, in_place=update)
        self._fields = {kind: frozenset(shape.columns) for kind, shape in self._shapes.items()}
        self._db: sqlite3.Connection | None = None
        self._ledger: Ledger
        self._tables: dict[str, Table]
        self._store: Store
        self._stored: Waiting = []
        """Rows the job knows of, which go into their tables at the next opportunity."""
        self._new: Waiting = []
        """Rows since the last checkpoint."""

    def open(self, position: Position | None) -> None:
        """Begin anew or at *position*; StuckError when the database is not as the job left it."""
        self._stored, self._new, self._store = [], [], value_store()
        if position is not None and position["tables"] != signature(self._shapes):
            raise StuckError("the tables or columns are not those it was begun with; run with --fresh")
        begun = position is not None and os.path.lexists(self._file.working)
        if position is None:
            self._file.create()
        else:
            self._file.reopen()
        try:
            if self._ours and not begun:
                remove_side_files(self._file.working)
            with in_words(self._file.shown):
                self._connect(position)
        except BaseException:
            self.close(finished=False)
            raise

    def _connect(self, position: Position | None) -> None:
        self._db = connect(self._file.working)
        self._ledger = Ledger(self._db)
        self._tables = self._make_tables(self._db)
        if position is None:
            self._ledger.begin()
        else:
            self._stored = self._ledger.return_to(position)

    def _make_tables(self, db: sqlite3.Connection) -> dict[str, Table]:
        return {kind: Table(db, shape, ours=self._ours) for kind, shape in self._shapes.items()}

    def write(self, items: Sequence[Item]) -> None:
        """Add the records; StuckError for a field that has no column."""
        self._new += [(item.kind, self._row(item)) for item in items]

    def _row(self, item: Item) -> Row:
        shape, store = self._shapes[item.kind], self._store
        if not self._fields[item.kind].issuperset(item.fields):
            strange = next(name for name in item.fields if name not in self._fields[item.kind])
            raise StuckError(f'a record "{item.kind}" has a field "{strange}", for which there is no column')
        return [store(item.fields.get(name)) for name in shape.columns]

    def checkpoint(self) -> Position:
        """Make the records durable; costs nothing when there are none."""
        if self._new:
            self._commit(self._ledger.sequence + 1, self._new)
            self._stored, self._new = self._new, []
        tables = signature(self._shapes)
        return {"run": self._ledger.run, "sequence": self._ledger.sequence, "tables": tables}

    def _commit(self, sequence: int, waiting: Waiting, *, all_tables: bool = False) -> None:
        """Put the stored rows into their tables and let the *waiting* ones wait, in one transaction."""
        if self._db is None:
            raise StuckError(f"{self._file.shown} is not open")
        try:
            with in_words(self._file.shown), transaction(self._db):
                self._put(self._stored, all_tables)
                self._ledger.note(sequence, waiting)
        except BaseException:
            # What the tables learned of themselves was undone with the rest.
            self._tables = self._make_tables(self._db)
            raise
        self._ledger.sequence = sequence

    def _put(self, rows: Waiting, all_tables: bool) -> None:
        by_kind: dict[str, list[Row]] = {kind: [] for kind in self._shapes} if all_tables else {}
        for kind, row in rows:
            by_kind.setdefault(kind, []).append(row)
        for kind, some in by_kind.items():
            self._tables[kind].add(some)

    def keep_earlier(self) -> bool:
        """Let the database of an earlier run stand; False when there is none, or when it is updated."""
        if not self._file.keep_earlier():
            return False
        self._let_go()
        remove_side_files(self._file.working)
        return True

    def close(self, finished: bool) -> None:
        """Let go of the database and, when *finished*, put it under its name."""
        try:
            if finished:
                self._finish()
        finally:
            self._let_go()
            self._file.close()

    def _finish(self) -> None:
        self.checkpoint()
        self._commit(self._ledger.sequence, [], all_tables=True)
        self._stored = []
        self._let_go()
        if self._ours:
            remove_side_files(self._file.path)
        self._file.publish()

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
