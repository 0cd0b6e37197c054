"""What stops a run that writes a database, and how the next one goes on."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from book_tables import context_of, database, items_of, select

from scrapekit import ExportContext, StuckError
from scrapekit.testing import make_exporter
from scrapekit_sqlite.exporter import SqliteExporter


def interrupted(context: ExportContext) -> tuple[SqliteExporter, Mapping[str, Any]]:
    exporter = make_exporter(SqliteExporter, context)
    exporter.open(None)
    exporter.write(items_of([{"title": "Tea", "price": 1}]))
    position = exporter.checkpoint()
    exporter.close(finished=False)
    return exporter, position


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """No file may grow beyond *size*: what a full disk does, on any disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stops_the_run_and_the_last_position_heals_it(path):
    exporter, position = interrupted(context_of(path))
    exporter.open(position)
    exporter.write(items_of([{"title": "x" * 100_000, "price": 2}]))
    with files_limited_to(50_000), pytest.raises(StuckError) as stuck:
        exporter.checkpoint()
    exporter.close(finished=False)

    assert str(stuck.value) == (
        "shop.sqlite.part could not be read or written; run the same command again when the disk is mended"
    )
    exporter.open(position)
    exporter.write(items_of([{"title": "Pot", "price": 2}]))
    exporter.checkpoint()
    exporter.close(finished=True)
    assert select(path) == [("Tea", 1), ("Pot", 2)]


def test_a_part_that_is_gone_stops_the_run(path):
    exporter, position = interrupted(context_of(path))
    path.with_name("shop.sqlite.part").unlink()

    with pytest.raises(StuckError) as stuck:
        exporter.open(position)

    assert str(stuck.value) == "shop.sqlite.part is gone; run with --fresh to begin anew"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda db: db.execute("UPDATE _scrapekit SET sequence = 7"),
            "the database is not as the job left it; run with --fresh to begin anew",
        ),
        (
            lambda db: db.execute("DELETE FROM _scrapekit"),
            "the database is not as the job left it; run with --fresh to begin anew",
        ),
        (
            lambda db: db.execute("DROP TABLE _scrapekit"),
            "the database is not the one the job wrote; run with --fresh to begin anew",
        ),
    ],
    ids=["further", "another run", "another database"],
)
def test_a_database_changed_from_outside_stops_the_run(
    path, change: Callable[[sqlite3.Connection], Any], text
):
    exporter, position = interrupted(context_of(path))
    with database(path.with_name("shop.sqlite.part")) as db:
        change(db)
        db.commit()

    with pytest.raises(StuckError) as stuck:
        exporter.open(position)

    assert str(stuck.value) == text


def test_a_damaged_database_stops_the_run(path):
    exporter, position = interrupted(context_of(path))
    path.with_name("shop.sqlite.part").write_bytes(b"\0" * 4096)

    with pytest.raises(StuckError) as stuck:
        exporter.open(position)

    assert str(stuck.value) == "shop.sqlite.part is not an SQLite database"


def test_tables_begun_with_other_columns_do_not_go_on(path):
    _, position = interrupted(context_of(path))

    with pytest.raises(StuckError) as stuck:
        make_exporter(SqliteExporter, context_of(path, "title")).open(position)

    assert str(stuck.value) == "the tables or columns are not those it was begun with; run with --fresh"


def test_two_runs_cannot_write_one_database(path):
    exporter = make_exporter(SqliteExporter, context_of(path))
    exporter.open(None)

    with pytest.raises(StuckError) as stuck:
        make_exporter(SqliteExporter, context_of(path)).open(None)

    assert str(stuck.value) == "shop.sqlite.part is being written by another run"
    exporter.close(finished=False)


def test_a_field_without_a_column_stops_the_run(path):
    exporter = make_exporter(SqliteExporter, context_of(path, "title"))
    exporter.open(None)

    with pytest.raises(StuckError) as stuck:
        exporter.write(items_of([{"title": "Tea", "colour": "red"}]))

    assert str(stuck.value) == 'a record "book" has a field "colour", for which there is no column'
    exporter.close(finished=False)
