"""The tables a recipe gets: columns, types, keys, and what is already in the database."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit import ExportContext, Item, Origin, RecipeError, StuckError
from scrapekit.testing import make_exporter
from scrapekit_sqlite.exporter import SqliteExporter

Record = Mapping[str, Any]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "shop.sqlite"


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


def test_declared_types_become_column_types(path):
    words = ("string", "int", "decimal", "float", "bool", "date", "datetime", "price", "list", "object")
    types = {f"a_{word}": word for word in words}
    export(context_of(path, *types, "other", types=types))

    assert columns(path) == {
        "a_string": "TEXT",
        "a_int": "INTEGER",
        "a_decimal": "NUMERIC",
        "a_float": "REAL",
        "a_bool": "INTEGER",
        "a_date": "TEXT",
        "a_datetime": "TEXT",
        "a_price": "NUMERIC",
        "a_list": "TEXT",
        "a_object": "TEXT",
        "other": "",
    }


def test_the_first_values_decide_a_type_that_is_not_declared(path):
    record = {"text": "a", "count": 1, "share": 0.5, "both": 1, "nothing": None, "tags": ["a"], "sold": True}
    export(context_of(path, *record), [record, {**record, "both": 0.5}])

    assert columns(path) == {
        "text": "TEXT",
        "count": "INTEGER",
        "share": "REAL",
        "both": "NUMERIC",
        "nothing": "",
        "tags": "TEXT",
        "sold": "INTEGER",
    }


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, None),
        (True, 1),
        (7, 7),
        (2**63, "9223372036854775808"),
        (0.1, 0.1),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("12.50"), 12.5),
        (Decimal("12.00"), 12),
        (Decimal("NaN"), None),
        (Decimal("1E+400"), "1E+400"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "2024-02-29T12:00:00+00:00"),
        (["ä", {"b": None}], '["ä",{"b":null}]'),
        ({}, "{}"),
        ("", ""),
        ("a\0b", "a\0b"),
        ("a\ud800b", "a\ufffdb"),
        ("'); DROP TABLE book; --", "'); DROP TABLE book; --"),
    ],
    ids=repr,
)
def test_a_value_is_stored_as_sqlite_would_have_it(path, value, stored):
    export(context_of(path, "value"), [{"value": value}])

    assert select(path) == [(stored,)]


@pytest.mark.parametrize(
    ("first", "later"),
    [(7, "007"), ("007", 7), (0.5, "1e3"), (0.5, 2**60 + 1), (7, 0.5), ("a", 0.5)],
    ids=repr,
)
def test_values_that_disagree_with_the_first_are_kept_as_they_are(path, first, later):
    export(context_of(path, "value"), [{"value": first}], [{"value": later}], [{"value": first}])

    assert select(path) == [(first,), (later,), (first,)]


def test_a_declared_type_stays_whatever_comes(path):
    export(context_of(path, "n", types={"n": "int"}), [{"n": 1}], [{"n": "many"}])

    assert columns(path) == {"n": "INTEGER"}
    assert select(path) == [(1,), ("many",)]


def test_a_loosened_column_keeps_its_key(path):
    context = context_of(path, "id", "n", key="id")
    export(context, [{"id": 1, "n": 1}], [{"id": "1", "n": 2}], [{"id": 1, "n": 3}])

    assert select(path) == [(1, 3), ("1", 2)]


def test_a_record_with_a_known_key_replaces_the_row(path):
    export(
        context_of(path, "id", "n", key="id"),
        [{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "a", "n": 3}],
        [{"id": "b", "n": 4}],
    )

    assert select(path) == [("a", 3), ("b", 4)]


def test_records_without_a_value_for_the_key_are_rows_of_their_own(path):
    export(context_of(path, "id", "n", key="id"), [{"id": None, "n": 1}, {"id": None, "n": 2}])

    assert select(path) == [(None, 1), (None, 2)]


def test_a_table_can_be_nothing_but_a_key(path):
    export(context_of(path, "id", key="id"), [{"id": 1}, {"id": 1}])

    assert select(path) == [(1,)]


def test_each_kind_has_its_table_even_without_records(path):
    kinds = {"book": ("title",), "review": ("stars", "title")}
    export(ExportContext(path, kinds, {}, {}), [{"title": "Tea"}])

    assert select(path) == [("Tea",)]
    assert columns(path, "review") == {"stars": "", "title": ""}


def test_an_option_names_the_table(path):
    export(context_of(path, "title"), [{"title": "Tea"}], table="my books")

    assert select(path, 'SELECT * FROM "my books"') == [("Tea",)]


NAMES = [
    'a "b" c',
    "select",
    "rowid",
    "oid",
    "_rowid_",
    "a.b",
    "ä 世",
    "'",
    "x; DROP TABLE y",
    "%s",
    "?1",
    ":a",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name_whatever_it_holds(path, name):
    context = ExportContext(path, {name: (name, "other")}, {name: name}, {})
    records = [{name: 1, "other": "a"}, {name: 1, "other": "b"}, {name: "01", "other": "c"}]
    export(context, records[:1], records[1:], kind=name)

    quoted = '"' + name.replace('"', '""') + '"'
    assert select(path, f"SELECT * FROM {quoted}") == [(1, "b"), ("01", "c")]


def test_rows_keep_their_order_when_a_column_is_loosened(path):
    context = context_of(path, "rowid", "n")
    export(context, [{"rowid": 9, "n": 1}, {"rowid": 1, "n": 2}], [{"rowid": 5, "n": "many"}])

    assert select(path, "SELECT n FROM book ORDER BY oid") == [(1,), (2,), ("many",)]


@settings(max_examples=60, deadline=None)
@pytest.mark.slow
@given(st.lists(st.tuples(st.text(), st.one_of(st.text(), st.integers(), st.floats(allow_nan=False)))))
def test_any_value_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("sqlite") / "x.sqlite"
    records = [{"a": a, "b": b} for a, b in rows]
    export(context_of(path, "a", "b"), records[:2], records[2:])

    expected = [(a, str(b) if isinstance(b, int) and not -(2**63) <= b < 2**63 else b) for a, b in rows]
    assert select(path) == [(a, None if b in (float("inf"), float("-inf")) else b) for a, b in expected]


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


def refusal(context: ExportContext, options: Mapping[str, Any]) -> str:
    with pytest.raises(RecipeError) as refused:
        make_exporter(SqliteExporter, context, options)
    return "\n".join(f"{problem.path}: {problem.message}" for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("kinds", "options", "text"),
    [
        (
            {"book": ("Title", "title")},
            {},
            'export: "Title" and "title" are one column to SQLite, which ignores case',
        ),
        (
            {"Book": ("a",), "book": ("a",)},
            {},
            'export: "Book" and "book" are one table to SQLite, which ignores case',
        ),
        (
            {"sqlite_master": ("a",)},
            {},
            'export: a table cannot be named "sqlite_master": SQLite and scrapekit keep such names',
        ),
        (
            {"a": ("b",), "c": ("d",)},
            {"table": "t"},
            "export.table: one table cannot hold several kinds of record: a, c",
        ),
        (
            {"book": ("a",)},
            {"mode": "append"},
            'export.mode: expected one of replace, update, found the text "append"',
        ),
        ({"book": ("a",)}, {"tabel": "x"}, 'export.tabel: unknown key "tabel"'),
        ({"book": ("",)}, {}, 'export: "" cannot be the name of a column'),
    ],
    ids=str,
)
def test_what_cannot_be_a_table_is_a_problem_of_the_recipe(path, kinds, options, text):
    assert refusal(ExportContext(path, kinds, {}, {}), options) == text


def test_a_key_that_is_not_exported_is_a_problem_of_the_recipe(path):
    assert refusal(context_of(path, "title", key="id"), {}) == (
        'export: the key "id" of "book" is not among the exported fields'
    )
