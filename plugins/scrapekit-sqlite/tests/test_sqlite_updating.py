"""What becomes of a database that is there: replaced, or with ``mode: update`` added to."""

from __future__ import annotations

import pytest
from book_tables import columns, context_of, database, export, items_of, make_database, select

from scrapekit import StuckError
from scrapekit.testing import make_exporter
from scrapekit_sqlite.exporter import SqliteExporter


def test_replacing_leaves_one_plain_file(path):
    make_database(path, "CREATE TABLE old (a)", "PRAGMA journal_mode = WAL")
    path.with_name("shop.sqlite-wal").write_bytes(b"left behind")
    export(context_of(path, "title"), [{"title": "Tea"}])

    assert [entry.name for entry in path.parent.iterdir()] == ["shop.sqlite"]
    assert select(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") == [
        ("_scrapekit",),
        ("book",),
    ]


def test_the_journal_of_a_killed_run_is_not_played_into_a_new_database(path):
    path.with_name("shop.sqlite.part").write_bytes(b"")
    path.with_name("shop.sqlite.part-journal").write_bytes(b"\xd9\xd5\x05\xf9 \xa1c\xd7" + b"\0" * 600)
    export(context_of(path, "title"), [{"title": "Tea"}])

    assert select(path) == [("Tea",)]
    assert [entry.name for entry in path.parent.iterdir()] == ["shop.sqlite"]


class TestUpdating:
    """``mode: update`` writes into a database that is there."""

    def test_rows_are_added_and_replaced_in_what_is_there(self, path):
        context = context_of(path, "id", "n", key="id")
        export(context, [{"id": "a", "n": 1}, {"id": "b", "n": 2}], mode="update")
        export(context, [{"id": "b", "n": 3}, {"id": "c", "n": 4}], mode="update")

        assert select(path) == [("a", 1), ("b", 3), ("c", 4)]

    def test_tables_columns_and_rows_the_recipe_does_not_know_are_left_alone(self, path):
        make_database(
            path,
            "CREATE TABLE book (Title TEXT PRIMARY KEY, mine TEXT DEFAULT 'x') WITHOUT ROWID",
            "INSERT INTO book VALUES ('Old', 'kept'), ('Tea', 'kept too')",
            "CREATE TABLE other (a)",
        )
        context = context_of(path, "title", "price", key="title")
        export(context, [{"title": "Tea", "price": 2}, {"title": "New", "price": 3}], mode="update")

        rows = select(path, "SELECT * FROM book ORDER BY title")
        assert rows == [("New", "x", 3), ("Old", "kept", None), ("Tea", "kept too", 2)]
        assert columns(path, "other") == {"a": ""}

    def test_a_key_that_was_not_unique_becomes_so(self, path):
        make_database(path, "CREATE TABLE book (id, n)", "INSERT INTO book VALUES (1, 1)")
        export(context_of(path, "id", "n", key="id"), [{"id": 1, "n": 2}], mode="update")

        assert select(path) == [(1, 2)]

    def test_a_key_that_cannot_become_unique_stops_the_run(self, path):
        make_database(path, "CREATE TABLE book (id, n)", "INSERT INTO book VALUES (1, 1), (1, 2)")

        with pytest.raises(StuckError) as stuck:
            export(context_of(path, "id", "n", key="id"), [{"id": 1, "n": 2}], mode="update")

        assert str(stuck.value) == "shop.sqlite was refused by SQLite: UNIQUE constraint failed: book.id"
        assert select(path) == [(1, 1), (1, 2)]

    def test_a_killed_run_leaves_the_rows_it_would_have_replaced(self, path):
        context = context_of(path, "id", "n", key="id")
        export(context, [{"id": "a", "n": 1}], mode="update")
        exporter = make_exporter(SqliteExporter, context, {"mode": "update"})
        exporter.open(None)
        position = exporter.checkpoint()
        exporter.write(items_of([{"id": "a", "n": 2}]))
        exporter.checkpoint()
        exporter.close(finished=False)

        exporter.open(position)
        exporter.close(finished=True)

        assert select(path) == [("a", 1)]

    def test_another_job_may_write_in_between(self, path):
        context = context_of(path, "id", "n", key="id")
        exporter = make_exporter(SqliteExporter, context, {"mode": "update"})
        exporter.open(None)
        exporter.write(items_of([{"id": "a", "n": 1}]))
        position = exporter.checkpoint()
        exporter.close(finished=False)
        export(context, [{"id": "b", "n": 2}], mode="update")

        exporter.open(position)
        exporter.close(finished=True)

        assert select(path) == [("b", 2), ("a", 1)]

    def test_a_locked_database_stops_the_run_and_a_second_try_goes_on(self, path, monkeypatch):
        monkeypatch.setattr("scrapekit_sqlite.database._PATIENCE", 0.0)
        context = context_of(path, "id", types={"id": "int"})
        exporter = make_exporter(SqliteExporter, context, {"mode": "update"})
        exporter.open(None)
        exporter.write(items_of([{"id": 1}]))
        with database(path, "BEGIN IMMEDIATE") as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StuckError) as stuck:
                exporter.checkpoint()

        assert str(stuck.value) == "shop.sqlite is held locked by another program"
        exporter.checkpoint()
        exporter.close(finished=True)
        assert select(path) == [(1,)]

    def test_a_file_that_is_no_database_is_left_as_it_is(self, path):
        path.write_text("title,price\n" * 100)

        with pytest.raises(StuckError) as stuck:
            export(context_of(path), mode="update")

        assert str(stuck.value) == "shop.sqlite is not an SQLite database"
        assert path.read_text() == "title,price\n" * 100
