"""The exporter, in both its modes, under the conformance kit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scrapekit import ExportContext, Item
from scrapekit.testing import check_exporter, make_exporter, sample_context
from scrapekit_sqlite.exporter import SqliteExporter
from scrapekit_sqlite.values import value_store


def read_things(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM thing ORDER BY rowid")]


def as_stored(item: Item) -> dict[str, Any]:
    store = value_store()
    return {name: store(value) for name, value in item.fields.items()}


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["replace", "update"])
def test_it_keeps_every_promise(mode):
    make = partial(make_exporter, SqliteExporter, options={"mode": mode})

    check_exporter(make, read_things, expected=as_stored, in_place=mode == "update")


@pytest.mark.slow
def test_with_a_key_it_keeps_every_promise():
    def make(path: Path) -> SqliteExporter:
        context = sample_context(path)
        keyed = ExportContext(path, context.kinds, {"thing": "number"}, {"thing": {"price": "price"}})
        return make_exporter(SqliteExporter, keyed)

    check_exporter(make, read_things, expected=as_stored)
