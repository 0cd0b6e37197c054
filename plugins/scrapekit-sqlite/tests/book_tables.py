"""A table of books: made, written by the exporter, and read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scrapekit import ExportContext, Item, Origin
from scrapekit.testing import make_exporter
from scrapekit_sqlite.exporter import SqliteExporter

Record = Mapping[str, Any]


def context_of(
    path: Path, *columns: str, key: str | None = None, types: Mapping[str, str] | None = None
) -> ExportContext:
    return ExportContext(
        path, {"book": columns or ("title", "price")}, {"book": key} if key else {}, {"book": types or {}}
    )


def export(context: ExportContext, *groups: Sequence[Record], kind: str = "book", **options: Any) -> None:
    """Write the groups, a checkpoint after each, and publish."""
    exporter = make_exporter(SqliteExporter, context, options)
    exporter.open(None)
    try:
        for group in groups:
            exporter.write(items_of(group, kind))
            exporter.checkpoint()
        exporter.close(finished=True)
    finally:
        exporter.close(finished=False)


def items_of(records: Sequence[Record], kind: str = "book") -> list[Item]:
    return [Item(kind, record, Origin("https://shop.test/")) for record in records]


def select(path: Path, query: str = "SELECT * FROM book ORDER BY rowid") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def columns(path: Path, table: str = "book") -> dict[str, str]:
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall())


@contextmanager
def database(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
        yield db


def make_database(path: Path, *statements: str) -> None:
    with database(path, *statements):
        pass
