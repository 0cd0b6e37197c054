"""Cases at the edges of the quick ways: repeated ids, anchors beside, searches that must go on."""

from __future__ import annotations

from typing import Any

import pytest

from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser


def numbers(selector: str, body: str) -> list[str]:
    """The ``n`` of all matches, after checking that with first the first of them is given."""
    parser = make_parser(HtmlParser)
    every, first = parser.compile(selector, "css", False), parser.compile(selector, "css", True)
    root = parser.parse(make_page(body)).root
    found: list[Any] = list(every(root))
    assert list(first(root)) == found[:1]
    return [node.get("n") for node in found]


@pytest.mark.parametrize(
    ("selector", "body", "found"),
    [
        # A search goes on outwards although the nearest candidate has nothing before it.
        ("#i + div p", "<b id=i></b><div><div><p n=1></div></div>", ["1"]),
        ("#i ~ div p", "<b id=i></b><div><div><p n=1></div></div>", ["1"]),
        ("#i > div p", "<section id=i><div><div><p n=1></div></div></section>", ["1"]),
        ("#i > div ~ div p", "<section id=i><div></div><div><div><p n=1></div></div></section>", ["1"]),
        ("#i div > div p", "<section id=i><div><div><b><div><p n=1></div></b></div></div></section>", ["1"]),
        ("#i + p ~ p", "<b id=i></b><p><p n=2><b></b><p n=3>", ["2", "3"]),
        # What hangs beside the element with the id is found, and what is inside it is not.
        ("#i + p", "<p n=0><div id=i><p n=1></div><p n=2><p n=3>", ["2"]),
        ("#i ~ p", "<p n=0><div id=i><p n=1></div><p n=2><p n=3>", ["2", "3"]),
        ("#i ~ div p", "<div id=i><p n=1></div><div><p n=2></div>", ["2"]),
        # An id that stands twice, or that a name or something unrelated bears first.
        ("#i p", "<div id=i></div><div id=i><p n=1></div>", ["1"]),
        ("#i p", "<div id=i><p n=1><div id=i><p n=2></div></div><div id=i><p n=3></div>", ["1", "2", "3"]),
        ("p#i", "<b id=i></b><p id=i n=1><p id=i n=2>", ["1", "2"]),
        ("p#i", "<a name=i></a><p id=i n=1>", ["1"]),
        ("#i p", "<a name=i><p n=0></a><div id=i><p n=1></div>", ["1"]),
        ("#i", "<a name=i></a><p id=i n=1><b id=i n=2></b>", ["1", "2"]),
        ("#i #j p", "<div id=j><p n=0></div><div id=i><div id=j><p n=1></div></div>", ["1"]),
        ("#none p", "<p n=1>", []),
        ("p:not(#i)", "<p id=i n=1><p n=2>", ["2"]),
        # Classes, however they are written.
        (".a.b", "<p class='b a' n=1><p class=ab n=2><p class='a\tb' n=3>", ["1", "3"]),
        (".a", "<p class=' a ' n=1><p class=A n=2><p class='a-b' n=3><p class='a\nb' n=4>", ["1", "4"]),
        (".a > .b", "<div class=a><p class=b n=1></div><p class=b n=2>", ["1"]),
        # Siblings counted over comments and texts.
        ("p:first-child", "<div><!-- x -->text<p n=1><p n=2></div>", ["1"]),
        ("i:nth-child(2)", "<div><b></b><!-- x --><i n=1></i><i n=2></i></div>", ["1"]),
        ("i:nth-last-child(2)", "<div><b></b><i n=1></i><!-- x --><i n=2></i></div>", ["1"]),
        ("b + i", "<div><b></b>text<!-- x --><i n=1></i><i n=2></i></div>", ["1"]),
    ],
)
def test_every_way_finds_what_the_selector_says(selector: str, body: str, found: list[str]):
    assert numbers(selector, body) == found


def test_a_scan_shared_by_selectors_serves_them_in_any_order():
    parser = make_parser(HtmlParser)
    first_b = parser.compile(".b", "css", True)
    every_a = parser.compile(".a", "css", False)
    every_b = parser.compile(".b", "css", False)
    body = "<i class='a b' n=1></i><i class=b n=2></i><i class=a n=3></i><i class=b n=4></i>"
    root = parser.parse(make_page(body)).root

    def read(select: Any) -> list[str]:
        return [node.get("n") for node in select(root)]

    assert read(first_b) == ["1"]
    assert read(every_b) == ["1", "2", "4"]
    assert read(every_a) == ["1", "3"]
    assert read(first_b) == ["1"]


def test_a_selector_compiled_after_a_page_was_parsed_finds_the_same():
    parser = make_parser(HtmlParser)
    early = parser.compile(".a", "css", False)
    root = parser.parse(make_page("<i class='a b'></i><i class=b></i>")).root
    assert len(early(root)) == 1

    late = parser.compile(".b", "css", False)

    assert len(late(root)) == 2
    assert len(early(root)) == 1


def test_a_site_with_thousands_of_different_classes_is_read_right():
    parser = make_parser(HtmlParser)
    select = parser.compile(".c7", "css", False)
    body = "".join(f"<i class='c{n % 10} x{n}'></i>" for n in range(9000))

    assert len(select(parser.parse(make_page(body)).root)) == 900
