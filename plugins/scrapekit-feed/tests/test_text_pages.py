"""Plain text by lines and paragraphs."""

from __future__ import annotations

import pytest

from scrapekit import SelectorError
from scrapekit.testing import check_parser, make_page, make_parser
from scrapekit_feed.text import TextParser

TEXT = "one\r\ntwo\n \n\nthree\n   \nfour\nfive\n"


def found(selector: str) -> list[str]:
    parser = make_parser(TextParser)
    return list(parser.compile(selector, "part", False)(parser.parse(make_page(TEXT)).root))


def test_the_parser_keeps_its_promises() -> None:
    check_parser(
        TextParser,
        make_page(TEXT),
        {"lines": ["one", "two", "three", "four", "five"], "paragraphs[0]": ["one\ntwo"]},
        refused=["", "words", "lines[", "lines[a]", "lines[]", "lines[0", "lines[0:1:2]"],
    )


@pytest.mark.parametrize(
    ("selector", "parts"),
    [
        ("lines[0]", ["one"]),
        ("lines[-1]", ["five"]),
        ("lines[3:]", ["four", "five"]),
        ("lines[1:3]", ["two", "three"]),
        ("lines[:-3]", ["one", "two"]),
        ("lines[99]", []),
        ("paragraphs", ["one\ntwo", "three", "four\nfive"]),
        ("paragraphs[1:]", ["three", "four\nfive"]),
        ("text", ["one\ntwo\n \n\nthree\n   \nfour\nfive\n"]),
    ],
)
def test_parts_are_found_by_place(selector: str, parts: list[str]) -> None:
    assert found(selector) == parts


def test_inside_a_row_they_are_the_row_s_own() -> None:
    parser = make_parser(TextParser)
    row = found("paragraphs[2]")[0]
    assert parser.compile("lines[1]", "part", True)(row) == ["five"]


def test_there_is_one_way_to_read() -> None:
    with pytest.raises(SelectorError, match='a text has no "href" to read'):
        make_parser(TextParser).read("href")
