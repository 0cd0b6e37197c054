"""Writes rows into one table, which it makes, completes and fits to its values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from scrapekit_sqlite.shapes import OWN_TABLE, Shape, folded, quoted
from scrapekit_sqlite.values import Stored

Row = Sequence[Stored]

_NUMBERS = frozenset({int, float})
_NUMERIC = frozenset({"INTEGER", "REAL", "NUMERIC"})
UNTYPED = ""
"""The column keeps every value as it is, and compares texts and numbers as they are."""


class Table:
    """One table of the database; it is made when its first rows come, for they tell the types.

    With *ours* no other program has a part in the table, and a column may change its type.
    """

    def __init__(self, db: sqlite3.Connection, shape: Shape, *, ours: bool) -> None:
        self._db = db
        self._shape = shape
        self._ours = ours
        self._name = quoted(shape.name)
        self._types: dict[str, str] = {}
        """Column → its type, empty until the table is known to exist."""

    def add(self, rows: Sequence[Row]) -> None:
        """Insert the rows in order; where there is a key, a row replaces the one that has the same."""
        values = list(zip(*rows, strict=True)) if rows else [()] * len(self._shape.columns)
        if not self._types:
            self._make(values)
        if self._ours:
            self._fit(values)
        self._db.executemany(self._insert(), rows)

    def _insert(self) -> str:
        columns = ", ".join(map(quoted, self._shape.columns))
        marks = ", ".join("?" * len(self._shape.columns))
        insert = f"INSERT INTO {self._name} ({columns}) VALUES ({marks})"  # noqa: S608 - names are quoted
        key = self._shape.key
        if key is None:
            return insert
        others = [quoted(name) for name in self._shape.columns if name != key]
        changes = ", ".join(f"{name} = excluded.{name}" for name in others)
        action = f"UPDATE SET {changes}" if changes else "NOTHING"
        return f"{insert} ON CONFLICT ({quoted(key)}) DO {action}"

    def _make(self, values: Sequence[Row]) -> None:
        wanted = {
            name: self._shape.types.get(name) or type_of(column)
            for name, column in zip(self._shape.columns, values, strict=True)
        }
        there = self._existing()
        if there:
            self._complete(there, wanted)
        else:
            self._create(wanted)
        self._types = {name: there.get(folded(name), kind) for name, kind in wanted.items()}

    def _existing(self) -> dict[str, str]:
        found = self._db.execute("SELECT name, type FROM pragma_table_info(?)", (self._shape.name,))
        return {folded(name): kind for name, kind in found}

    def _create(self, types: dict[str, str]) -> None:
        lines = [f"{quoted(name)} {kind}".rstrip() for name, kind in types.items()]
        if self._shape.key is not None:
            # Not PRIMARY KEY: an INTEGER one would refuse texts and number the empty ones.
            lines.append(f"UNIQUE ({quoted(self._shape.key)})")
        self._db.execute(f"CREATE TABLE {self._name} (\n  " + ",\n  ".join(lines) + "\n)")

    def _complete(self, there: dict[str, str], wanted: dict[str, str]) -> None:
        for name, kind in wanted.items():
            if folded(name) not in there:
                self._db.execute(f"ALTER TABLE {self._name} ADD COLUMN {quoted(name)} {kind}")
        if self._shape.key is not None and not self._has_unique_key():
            index = quoted(f"{self._shape.name} {self._shape.key}")
            self._db.execute(f"CREATE UNIQUE INDEX {index} ON {self._name} ({quoted(self._shape.key)})")

    def _has_unique_key(self) -> bool:
        try:
            self._db.execute("EXPLAIN " + self._insert(), [None] * len(self._shape.columns))
        except sqlite3.OperationalError:
            return False
        return True

    def _fit(self, values: Sequence[Row]) -> None:
        """Loosen the type of a column whose values disagree: SQLite would turn "007" into 7."""
        types = {
            name: kind if name in self._shape.types else _loosened(kind, column)
            for (name, kind), column in zip(self._types.items(), values, strict=True)
        }
        if types != self._types:
            self._rebuild(types)

    def _rebuild(self, types: dict[str, str]) -> None:
        old = quoted(f"{OWN_TABLE}_old")
        columns = ", ".join(map(quoted, types))
        self._db.execute(f"ALTER TABLE {self._name} RENAME TO {old}")
        self._create(types)
        self._db.execute(
            f"INSERT INTO {self._name} ({columns}) SELECT {columns} FROM {old} {self._in_order()}"  # noqa: S608
        )
        self._db.execute(f"DROP TABLE {old}")
        self._types = types

    def _in_order(self) -> str:
        # A column of that name hides SQLite's own; it has three names for it.
        taken = set(map(folded, self._shape.columns))
        return next((f"ORDER BY {name}" for name in ("rowid", "_rowid_", "oid") if name not in taken), "")


def type_of(values: Iterable[Stored]) -> str:
    """The column type that keeps all of *values* as they are."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        return "TEXT"
    if kinds == {int}:
        return "INTEGER"
    if kinds and kinds <= _NUMBERS:
        return "REAL" if kinds == {float} else "NUMERIC"
    return UNTYPED


def _loosened(kind: str, values: Iterable[Stored]) -> str:
    kinds = set(map(type, values))
    if (kind == "TEXT" and not kinds.isdisjoint(_NUMBERS)) or (kind in _NUMERIC and str in kinds):
        return UNTYPED
    return "NUMERIC" if kind == "REAL" and int in kinds else kind
