"""The three exporters, and their options, under the conformance kit."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scrapekit import Item
from scrapekit.testing import check_exporter, make_exporter
from scrapekit_files.cells import cell_writer
from scrapekit_files.csv_options import CsvOptions
from scrapekit_files.csv_table import CsvExporter, TsvExporter
from scrapekit_files.json_array import JsonExporter
from scrapekit_files.jsonl import JsonLinesExporter


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def read_array(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def read_rows(path: Path, delimiter: str = ",") -> Sequence[Mapping[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def as_cells(item: Item, **options: Any) -> dict[str, str]:
    known: dict[str, Any] = {
        "delimiter": ",",
        "header": True,
        "bom": False,
        "line_ending": "\n",
        "empty": "",
        "nested": "json",
        "formula_guard": True,
    }
    cell = cell_writer(CsvOptions(**known | options))
    return {name: cell(value) for name, value in item.fields.items()}


@pytest.mark.slow
def test_json_lines_keep_every_promise():
    check_exporter(partial(make_exporter, JsonLinesExporter), read_lines)


@pytest.mark.slow
def test_json_lines_added_to_a_file_keep_every_promise():
    make = partial(make_exporter, JsonLinesExporter, options={"append": True})

    check_exporter(make, read_lines, in_place=True)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"indent": 2}], ids=str)
def test_a_json_array_keeps_every_promise(options):
    check_exporter(partial(make_exporter, JsonExporter, options=options), read_array)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, {"bom": True, "line_ending": "crlf"}, {"nested": "join", "formula_guard": False}], ids=str
)
def test_csv_keeps_every_promise(options):
    make = partial(make_exporter, CsvExporter, options=options)
    cells = {name: value for name, value in options.items() if name in ("nested", "formula_guard")}

    check_exporter(make, read_rows, expected=partial(as_cells, **cells))


@pytest.mark.slow
def test_csv_with_tabs_keeps_every_promise():
    make = partial(make_exporter, TsvExporter)

    check_exporter(make, partial(read_rows, delimiter="\t"), expected=as_cells)
