"""What the database itself knows of the run that writes it: how far it is, and which rows wait."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from typing import TypeAlias

from scrapekit import Position, StuckError
from scrapekit_sqlite.shapes import OWN_TABLE
from scrapekit_sqlite.tables import Row

Waiting: TypeAlias = list[tuple[str, Row]]
"""Rows with the kind they are of, in the order they came."""

_FRESH = "run with --fresh to begin anew"


class Ledger:
    """One row of the table ``_scrapekit``, for one run.

    Rows do not go into their tables when a checkpoint is made, but with the next one: only then is
    it certain that the job knows of the first. Until then they wait here, where they can be
    forgotten without a trace, whatever they would have overwritten.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.run = ""
        self.sequence = 0
        """How many groups of rows there were."""

    def begin(self) -> None:
        """Start a run of its own."""
        self.run, self.sequence = secrets.token_hex(8), 0
        self._db.execute(
            f"CREATE TABLE IF NOT EXISTS {OWN_TABLE} "
            "(run TEXT PRIMARY KEY, sequence INTEGER NOT NULL, waiting TEXT NOT NULL)"
        )

    def return_to(self, position: Position) -> Waiting:
        """Go back to *position* and return the rows that wait there.

        Raises StuckError when the database has gone on by more than the one group that a crash
        can leave, or does not know the run.
        """
        self.run, self.sequence = str(position["run"]), int(position["sequence"])
        there, waiting = self._read()
        if there == self.sequence:
            return waiting
        if there != self.sequence + 1:
            raise StuckError(f"the database is not as the job left it; {_FRESH}")
        self.note(self.sequence, [])
        return []

    def _read(self) -> tuple[int, Waiting]:
        if not self._db.execute("SELECT 1 FROM pragma_table_info(?)", (OWN_TABLE,)).fetchone():
            raise StuckError(f"the database is not the one the job wrote; {_FRESH}")
        found = self._db.execute(f"SELECT sequence, waiting FROM {OWN_TABLE} WHERE run = ?", (self.run,))  # noqa: S608
        sequence, waiting = found.fetchone() or (0, "[]")
        return sequence, [(kind, row) for kind, row in json.loads(waiting)]

    def note(self, sequence: int, waiting: Sequence[tuple[str, Row]]) -> None:
        """Store how far the run is; takes part in the caller's transaction."""
        self._db.execute(
            f"INSERT INTO {OWN_TABLE} VALUES (?, ?, ?) "  # noqa: S608
            "ON CONFLICT (run) DO UPDATE SET sequence = excluded.sequence, waiting = excluded.waiting",
            (self.run, sequence, json.dumps(waiting, ensure_ascii=False, separators=(",", ":"))),
        )
