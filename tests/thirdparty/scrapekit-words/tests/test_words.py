"""The parts of this package keep their promises."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from scrapekit_words.markdown import MarkdownExporter
from scrapekit_words.parser import WordsParser
from scrapekit_words.shout import Shout

from scrapekit import Item
from scrapekit.testing import (
    check_exporter,
    check_filter,
    check_parser,
    make_exporter,
    make_filter,
    make_page,
    make_parser,
)


def test_the_parser_keeps_its_promises():
    page = make_page("she sells sea shells")

    check_parser(WordsParser, page, {"se*": ["sells", "sea"], "x": []}, refused=["two words"])


def test_the_parser_can_make_every_word_lower_case():
    parser = make_parser(WordsParser, "{ lower: true }")

    assert parser.parse(make_page("She sells")).root == ["she", "sells"]


def read_back(path: Path) -> list[dict[str, Any]]:
    """The numbers in the first column of a table, as records."""
    rows = [line for line in path.read_text(encoding="utf-8").split("\n") if line][2:]
    return [{"number": int(row.split(" | ")[0].removeprefix("| "))} for row in rows]


def only_its_number(item: Item) -> dict[str, Any]:
    """A record as `read_back` gives it."""
    return {"number": item.fields["number"]}


def test_the_exporter_keeps_its_promises():
    check_exporter(partial(make_exporter, MarkdownExporter), read_back, expected=only_its_number)


def test_the_filter_keeps_its_promises():
    check_filter(Shout)


def test_the_filter_takes_another_mark():
    assert make_filter(Shout, '{ mark: "?" }')("tea") == "TEA?"
