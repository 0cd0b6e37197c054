"""What a page says of itself in meta elements and links."""

from __future__ import annotations

from typing import Any

import pytest

from scrapekit import SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser

PAGE = """<base href=/deep/><meta name=Description content=" of the page ">
<meta property=og:image content=a.png><meta property="og:image og:pic" content=b.png>
<meta itemprop=price content=4><meta http-equiv=Refresh content=5><meta name=empty content=""><meta name=none>
<meta name="two words" content=2><meta name=author content=me><link rel=author href=/me>
<link rel="Canonical nofollow" href=page><link rel=alternate href=/de><link rel=alternate href=/fr>
<div><meta itemprop=price content=6></div>"""


def read(selector: str, *, first: bool = False, inside: str = "html") -> list[Any]:
    parser = make_parser(HtmlParser)
    select = parser.compile(selector, "meta", first)
    root = parser.parse(make_page(PAGE, "text/html", "https://shop.test/x")).root
    return list(select(next(root.iter(inside))))


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("description", ["of the page"]),
        ("DESCRIPTION", ["of the page"]),
        ("og:image", ["a.png", "b.png"]),
        ("og:pic", ["b.png"]),
        ("price", ["4", "6"]),
        ("refresh", ["5"]),
        ("two  words", ["2"]),
        ("empty", []),
        ("none", []),
        ("author", ["me"]),
        ("canonical", ["https://shop.test/deep/page"]),
        ("alternate", ["https://shop.test/de", "https://shop.test/fr"]),
        ("missing", []),
    ],
)
def test_contents_are_found_by_name(selector: str, found: list[str]):
    assert read(selector) == found
    assert read(selector, first=True) == found[:1]


def test_in_a_row_only_its_own_are_read():
    assert read("price", inside="div") == ["6"]


def test_a_name_is_needed():
    with pytest.raises(SelectorError, match="expected a name such as description or og:title"):
        make_parser(HtmlParser).compile(" ", "meta", True)
