"""Which pages are read apart: those that a path goes through more than once."""

from __future__ import annotations

import pytest

from scrapekit import TakesLong
from scrapekit.testing import make_page, make_parser
from scrapekit_json.parser import JsonParser
from scrapekit_json.path import read_path
from scrapekit_json.steep import steepness


@pytest.mark.parametrize(
    ("path", "power"),
    [
        ("$.a.b[*].c", 1),
        ("$..a", 1),
        ("$.a['x', 'y']['x', 'y']", 1),
        ("$.a[?@..x]", 1),
        ("$.a[?@.b == $.c.d]", 1),
        ("$.a[?@.b && length(@.c) > 1]", 1),
        ("$..a..b", 2),
        ("$..[?@..x]", 2),
        ("$..[?!(@.a || count(@..x) > 1)]", 2),
        ("$.a[?$.b[*]]", 2),
        ("$.a[?match(@.b, value($..c))]", 3),
        ("$[*, *][0, 0][1:, ?@.a]", 3),
        ("$.a[*].`parent`[*].`parent`[*]", 2),
    ],
)
def test_how_steep_a_path_is(path: str, power: int):
    assert steepness(read_path(path)) == power


@pytest.mark.parametrize(
    ("path", "size", "apart"),
    [
        ("$..a", 100_000, False),
        ("$..a..b", 8_000, False),
        ("$..a..b", 9_000, True),
        ("$..a..b..c", 600, True),
        ("$..a..b..c", 400, False),
        ("$[*, *][*, *][*, *][*, *][*, *][*, *]", 4, True),
    ],
)
def test_a_page_that_a_path_goes_through_more_than_once_is_read_apart(path: str, size: int, apart: bool):
    parser, page = make_parser(JsonParser), make_page("[" + " " * (size - 2) + "]", "application/json")
    parser.compile(path, "jsonpath", False)
    page.hurried = True

    if apart:
        with pytest.raises(TakesLong):
            parser.parse(page)
        page.hurried = False
    assert parser.parse(page).root == []
