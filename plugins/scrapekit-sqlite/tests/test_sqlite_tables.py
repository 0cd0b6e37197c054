"""The tables a recipe gets: columns, types, keys, and what cannot be a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from book_tables import columns, context_of, export, select
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit import ExportContext, RecipeError
from scrapekit.testing import make_exporter
from scrapekit_sqlite.exporter import SqliteExporter


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
