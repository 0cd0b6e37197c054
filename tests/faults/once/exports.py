"""Every exporter there is, in every mode that treats a record differently, and how its file is read back.

The exporters are those that are installed: one that nothing here can read fails the drive, so a new
exporter cannot be forgotten.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeAlias

Record: TypeAlias = tuple[str, str]
"""A record's number and text."""

EARLIER: Record = ("earlier", "was there before the job")
"""What stood in a file that a job adds to."""

QUARANTINE = "shop.quarantine.jsonl"


@dataclass(frozen=True, slots=True)
class Driven:
    """One export of a driven job."""

    name: str
    """The file's name below ``out/``."""
    exporter: str
    kind: str
    """``product`` has a key, ``mark`` has none; both have a number and a text."""
    options: str
    read: Callable[[Path, str], list[Record]]
    earlier: Callable[[Path, str], None] | None = None
    """Makes the file that is added to."""

    @property
    def line(self) -> str:
        """As the recipe names it."""
        return f"  - {self.exporter}: {{ path: out/{self.name}, items: {self.kind}{self.options} }}\n"


def driven() -> list[Driven]:
    """An export for each installed exporter and mode; LookupError for an exporter that nobody can read."""
    installed = sorted({entry.name for entry in entry_points(group="scrapekit.exporters")})
    if unknown := [name for name in installed if name not in _WAYS]:
        raise LookupError(f"no reader for the exporters {unknown}: add them to {Path(__file__).name}")
    return [export for name in installed for export in _WAYS[name](name)]


def read_quarantine(path: Path) -> list[Record]:
    """The invalid records that were written down."""
    rows = [_strict(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["values"]["number"], row["values"]["text"]) for row in rows]


def _jsonl(path: Path, _: str) -> list[Record]:
    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError("the last line is cut")
    return [_pair(_strict(line)) for line in text.splitlines()]


def _json(path: Path, _: str) -> list[Record]:
    return [_pair(record) for record in _strict(path.read_text(encoding="utf-8"))]


def _table(delimiter: str) -> Callable[[Path, str], list[Record]]:
    def read(path: Path, _: str) -> list[Record]:
        csv.field_size_limit(2**24)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=delimiter, strict=True))
        if any(None in row or None in row.values() for row in rows):
            raise ValueError("a row has too many or too few cells")
        return [_pair(row) for row in rows]

    return read


def _sqlite(path: Path, table: str) -> list[Record]:
    with closing(sqlite3.connect(path)) as db:
        if (said := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise ValueError(said)
        return [(str(a), b) for a, b in db.execute(f"SELECT number, text FROM {table}")]


def _earlier_lines(path: Path, _: str) -> None:
    path.write_text(json.dumps({"number": EARLIER[0], "text": EARLIER[1]}) + "\n", encoding="utf-8")


def _earlier_rows(path: Path, table: str) -> None:
    unique = " UNIQUE" if table == "product" else ""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE {table} (number TEXT{unique}, text TEXT)")
        db.execute(f"INSERT INTO {table} VALUES (?, ?)", EARLIER)


def _strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def _pair(record: dict[str, Any]) -> Record:
    return str(record["number"]), str(record["text"])


def _lines(name: str) -> Iterator[Driven]:
    yield Driven(f"{name}.{name}", name, "mark", "", _jsonl)
    yield Driven(f"{name}-append.{name}", name, "product", ", append: true", _jsonl, _earlier_lines)


def _array(name: str) -> Iterator[Driven]:
    yield Driven(f"{name}.{name}", name, "mark", "", _json)
    yield Driven(f"{name}-indent.{name}", name, "product", ", indent: 2", _json)


def _commas(name: str) -> Iterator[Driven]:
    yield Driven(f"{name}.{name}", name, "product", "", _table(","))


def _tabs(name: str) -> Iterator[Driven]:
    yield Driven(f"{name}.{name}", name, "mark", "", _table("\t"))


def _database(name: str) -> Iterator[Driven]:
    for kind in ("product", "mark"):
        yield Driven(f"{name}-{kind}.sqlite", name, kind, "", _sqlite)
        update = f"{name}-{kind}-update.sqlite"
        yield Driven(update, name, kind, ", mode: update", _sqlite, _earlier_rows)


def _another_name(of: Callable[[str], Iterator[Driven]]) -> Callable[[str], Iterator[Driven]]:
    """The same class under a second name: once is enough."""
    return lambda name: list(of(name))[:1]  # type: ignore[return-value]


_WAYS: dict[str, Callable[[str], Iterator[Driven]]] = {
    "jsonl": _lines,
    "ndjson": _another_name(_lines),
    "json": _array,
    "csv": _commas,
    "tsv": _tabs,
    "sqlite": _database,
    "sqlite3": _another_name(_database),
    "db": _another_name(_database),
}
