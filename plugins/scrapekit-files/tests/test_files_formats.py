"""What the files look like, byte for byte, and what their options change."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit import ExportContext, Exporter, Item, Origin, RecipeError, StuckError
from scrapekit.testing import make_exporter
from scrapekit_files.cells import cell_writer
from scrapekit_files.csv_options import CsvOptions
from scrapekit_files.csv_table import CsvExporter, TsvExporter
from scrapekit_files.json_array import JsonExporter
from scrapekit_files.jsonl import JsonLinesExporter

Record = Mapping[str, Any]


def items_of(records: Sequence[Record]) -> list[Item]:
    return [Item("book", record, Origin("https://shop.test/")) for record in records]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., bytes]:
    """Writes records, published at once, and gives the file's bytes."""

    def write(factory: Any, records: Sequence[Record], *columns: str, **options: Any) -> bytes:
        context = context_of(tmp_path / "books.out", *(columns or ("title", "price")))
        exporter: Exporter = make_exporter(factory, context, options)
        exporter.open(None)
        exporter.write(items_of(records))
        exporter.checkpoint()
        exporter.close(finished=True)
        return context.path.read_bytes()

    return write


def context_of(path: Path, *columns: str) -> ExportContext:
    return ExportContext(path, {"book": columns}, {}, {})


TWO: Sequence[Record] = [{"title": "Tea", "price": 1.5}, {"title": "Töpfe", "price": None}]


def test_json_lines(written):
    assert written(JsonLinesExporter, TWO).decode() == (
        '{"title":"Tea","price":1.5}\n{"title":"Töpfe","price":null}\n'
    )


def test_a_json_array(written):
    assert written(JsonExporter, TWO).decode() == (
        '[\n{"title":"Tea","price":1.5},\n{"title":"Töpfe","price":null}\n]\n'
    )


def test_an_indented_json_array(written):
    assert written(JsonExporter, TWO[:1], indent=2).decode() == (
        '[\n{\n  "title": "Tea",\n  "price": 1.5\n}\n]\n'
    )


def test_an_empty_json_array(written):
    assert written(JsonExporter, []) == b"[]\n"


def test_csv(written):
    assert written(CsvExporter, TWO).decode() == "title,price\nTea,1.5\nTöpfe,\n"


def test_tsv(written):
    assert written(TsvExporter, TWO).decode() == "title\tprice\nTea\t1.5\nTöpfe\t\n"


def test_csv_without_records_has_its_header(written):
    assert written(CsvExporter, []) == b"title,price\n"


def test_csv_as_excel_likes_it(written):
    options = {"bom": True, "delimiter": ";", "line_ending": "crlf"}

    assert written(CsvExporter, TWO, **options).decode() == "\ufefftitle;price\r\nTea;1.5\r\nTöpfe;\r\n"


def test_csv_with_a_word_for_empty_and_no_header(written):
    assert written(CsvExporter, TWO, header=False, empty="NULL", delimiter="tab").decode() == (
        "Tea\t1.5\nTöpfe\tNULL\n"
    )


@pytest.mark.parametrize(
    ("nested", "value", "cell"),
    [
        ("json", ["a", "b"], '["a","b"]'),
        ("json", {"a": [1]}, '{"a":[1]}'),
        ("join", ["a", 2, True, None, 1.5], "a; 2; true; ; 1.5"),
        ("join", [], ""),
        ("join", ["=1+1", "b"], "'=1+1; b"),
        ("join", ["a", ["b"]], '["a",["b"]]'),
        ("join", {"a": 1}, '{"a":1}'),
    ],
)
def test_lists_and_objects_in_a_cell(nested, value, cell):
    assert cell_of(value, nested=nested) == cell


def cell_of(value: object, **options: Any) -> str:
    defaults: dict[str, Any] = {
        "delimiter": ",",
        "header": True,
        "bom": False,
        "line_ending": "\n",
        "empty": "",
        "nested": "json",
        "formula_guard": True,
    }
    return cell_writer(CsvOptions(**defaults | options))(value)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-5, "-5"),
        (0.1, "0.1"),
        (float("nan"), ""),
        (float("-inf"), ""),
        (Decimal("12.50"), "12.50"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "2024-02-29T12:00:00+00:00"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_one_value_in_a_cell(value, cell):
    assert cell_of(value) == cell


def test_an_integer_of_any_length_fits_a_cell():
    assert cell_of(10**5000) == "1" + "0" * 5000


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=cmd|' /C calc'!A0", "'=1"]
)
def test_a_text_that_would_run_as_a_formula_is_guarded(text):
    assert cell_of(text) == "'" + text
    assert cell_of(text, formula_guard=False) == text


@pytest.mark.parametrize("text", ["-5", "+49 30 1234", "-12.5%", "-1,000.00", "a=b", "'tis", "", "1+1"])
def test_a_number_and_an_ordinary_text_are_not_guarded(text):
    assert cell_of(text) == text


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(max_examples=80, deadline=None)
@pytest.mark.slow
@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=5),
    st.sampled_from([",", ";", "tab", "|", "'"]),
    st.sampled_from(["lf", "crlf"]),
    st.booleans(),
)
def test_any_text_comes_back_from_csv(tmp_path_factory, rows, delimiter, line_ending, guard):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    options = {"delimiter": delimiter, "line_ending": line_ending, "formula_guard": guard}
    exporter = make_exporter(CsvExporter, context_of(path, "a", "b"), options)
    exporter.open(None)
    exporter.write(items_of([{"a": a, "b": b} for a, b in rows]))
    exporter.close(finished=True)

    text = path.read_bytes().decode()
    sign = "\t" if delimiter == "tab" else delimiter
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))[1:]
    assert [[unguarded(cell) if guard else cell for cell in row] for row in found] == [
        list(row) for row in rows
    ]


def unguarded(cell: str) -> str:
    guarded = cell.startswith("'") and cell_of(cell[1:]) == cell
    return cell[1:] if guarded else cell


@settings(max_examples=80, deadline=None)
@pytest.mark.slow
@given(st.lists(st.dictionaries(TEXTS, TEXTS | st.integers() | st.lists(TEXTS), max_size=3), max_size=5))
def test_any_record_comes_back_from_json(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("json") / "x"
    for factory in (JsonLinesExporter, JsonExporter):
        exporter = make_exporter(factory, context_of(path))
        exporter.open(None)
        exporter.write(items_of(records))
        exporter.close(finished=True)

        text = path.read_bytes().decode()
        lines = text if factory is JsonExporter else "[" + ",".join(text.split("\n")[:-1]) + "]"
        assert json.loads(lines) == records


def test_json_lines_are_added_to_what_is_there(written, tmp_path):
    (tmp_path / "books.out").write_bytes(b'{"title":"Old"}\n{"title":"cut short')

    assert written(JsonLinesExporter, TWO[:1], append=True) == (
        b'{"title":"Old"}\n{"title":"cut short\n{"title":"Tea","price":1.5}\n'
    )


def test_added_lines_can_be_read_after_every_checkpoint(tmp_path):
    path = tmp_path / "books.jsonl"
    exporter = make_exporter(JsonLinesExporter, path, {"append": True})
    exporter.open(None)
    for number in range(3):
        exporter.write(items_of([{"number": number}]))
        exporter.checkpoint()

        assert len([json.loads(line) for line in path.read_bytes().splitlines()]) == number + 1
    exporter.close(finished=True)


def test_a_missing_field_is_an_empty_cell(written):
    assert written(CsvExporter, [{"price": 1}]) == b"title,price\n,1\n"


def test_a_field_without_a_column_stops_the_run_before_anything_of_its_group_is_written(tmp_path):
    path = tmp_path / "books.csv"
    exporter = make_exporter(CsvExporter, context_of(path, "title"))
    exporter.open(None)

    with pytest.raises(StuckError) as stuck:
        exporter.write(items_of([{"title": "Tea"}, {"title": "Pot", "colour": "red"}]))

    assert str(stuck.value) == 'a record "book" has a field "colour", for which there is no column'
    exporter.close(finished=True)
    assert path.read_bytes() == b"title\n"


@pytest.mark.parametrize("factory", [JsonLinesExporter, JsonExporter])
def test_a_value_that_json_lacks_stops_the_run_naming_the_field(factory, tmp_path):
    exporter = make_exporter(factory, tmp_path / "x")
    exporter.open(None)

    with pytest.raises(StuckError) as stuck:
        exporter.write(items_of([{"title": "Tea", "tags": {"a"}}]))

    assert str(stuck.value) == 'field "tags" of a record "book" cannot be written: set is no JSON value'
    exporter.close(finished=False)


def test_csv_begun_with_other_columns_does_not_go_on(tmp_path):
    path = tmp_path / "books.csv"
    exporter = make_exporter(CsvExporter, context_of(path, "title"))
    exporter.open(None)
    position = exporter.checkpoint()
    exporter.close(finished=False)

    with pytest.raises(StuckError) as stuck:
        make_exporter(CsvExporter, context_of(path, "title", "price")).open(position)

    assert str(stuck.value) == (
        "a CSV file was begun with other columns or options; run with --fresh to begin anew"
    )


def test_kinds_with_the_same_fields_share_a_csv_file(tmp_path):
    kinds = {"book": ("title", "price"), "film": ("price", "title")}
    exporter = make_exporter(CsvExporter, ExportContext(tmp_path / "x.csv", kinds, {}, {}))
    exporter.open(None)
    exporter.write([Item("film", {"price": 1, "title": "Tea"}, Origin("https://shop.test/"))])
    exporter.close(finished=True)

    assert (tmp_path / "x.csv").read_bytes() == b"title,price\nTea,1\n"


def refusal(factory: Any, context: ExportContext, options: Mapping[str, Any]) -> str:
    with pytest.raises(RecipeError) as refused:
        make_exporter(factory, context, options)
    return "\n".join(
        f"{problem.path}: {problem.message} ({problem.hint})" for problem in refused.value.problems
    )


@pytest.mark.parametrize(
    ("factory", "options", "text"),
    [
        (
            JsonLinesExporter,
            {"apend": True},
            'export.apend: unknown key "apend" (did you mean "append"?)',
        ),
        (
            JsonLinesExporter,
            {"append": "yes"},
            'export.append: expected true or false, found the text "yes" (write true)',
        ),
        (JsonExporter, {"indent": -1}, "export.indent: must be at least 0 ()"),
        (JsonExporter, {"indent": 99}, "export.indent: must be at most 16 ()"),
        (
            CsvExporter,
            {"delimiter": "||"},
            'export.delimiter: expected one character such as "," or ";", found "||" ()',
        ),
        (
            CsvExporter,
            {"nested": "jsn"},
            'export.nested: expected one of json, join, found the text "jsn" (did you mean "json"?)',
        ),
    ],
    ids=str,
)
def test_a_wrong_option_is_a_problem_of_the_recipe(factory, options, text, tmp_path):
    assert refusal(factory, context_of(tmp_path / "x", "title"), options) == text


def test_kinds_with_different_fields_cannot_share_a_csv_file(tmp_path):
    context = ExportContext(tmp_path / "x.csv", {"book": ("title",), "review": ("stars",)}, {}, {})

    assert refusal(CsvExporter, context, {}) == (
        'export: "book" and "review" have different fields, and a CSV file has one set of columns '
        "(write an export for each: items: book)"
    )
