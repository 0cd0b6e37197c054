"""Data that a page's scripts hold, found by the name it stands behind."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scrapekit import SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser
from scrapekit_html.javascript import JavascriptParser

PAGE = r"""<html><head>
<script>var other = 1; function render({a}) { return a } if (x == {y: 1}) {}</script>
<script>window.__DATA__ = window.__DATA__ || {};
window.__DATA__ = {shop: {items: [{n: 1, tags: ['a', 'b']}, {n: 2}], name: 'Tea'}, empty: [],};</script>
<script>window["__APP__"]={id:7}; self.deep = {}; self.deep.more = [[1, 2], [3]];
dataLayer.push({event: "one"}); dataLayer.push({event: "two"}); show("#app", {from: 'call'}, 5);
var text = JSON.parse("{\"k\": \"<\\/script>\"}"), count = 12, late = compute({a: 1});</script>
</head><body><div><script>var inner = {in: "div"}</script></div>
<script type="application/json">{"props": {"page": 3}}</script></body></html>"""


def find(selector: str, body: str = PAGE, *, first: bool = False) -> list[Any]:
    parser = make_parser(HtmlParser)
    select = parser.compile(selector, "state", first)
    return list(select(parser.parse(make_page(body, "text/html")).root))


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("window.__DATA__.shop.name", ["Tea"]),
        ("__DATA__.shop.items", [{"n": 1, "tags": ["a", "b"]}, {"n": 2}]),
        ("__DATA__.shop.items.n", [1, 2]),
        ("__DATA__.shop.items.1.n", [2]),
        ("__DATA__.shop.items.tags", ["a", "b"]),
        ("__DATA__.empty", []),
        ("__DATA__.nothing", []),
        ("window.__APP__.id", [7]),
        ("__APP__", [{"id": 7}]),
        ("self.deep.more.0", [1, 2]),
        ("deep.more", [[1, 2], [3]]),
        ("dataLayer.push", [{"event": "one"}, {"event": "two"}]),
        ("dataLayer.push.event", ["one", "two"]),
        ("show.from", ["call"]),
        ("text.k", ["</script>"]),
        ("count", [12]),
        ("inner.in", ["div"]),
        ("props.page", [3]),
        ("late", []),
        ("render", []),
        ("x", []),
        ("y", [1]),
        ("DATA__", []),
    ],
)
def test_data_is_found_by_its_name(selector: str, found: list[object]):
    assert find(selector) == found
    assert find(selector, first=True) == found[:1]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("var a = [0], b = a[0]; function f() { return {x: 1} } go({y: 2})", [0, {"x": 1}, {"y": 2}]),
        ("jQuery123({rows: [1]});", [{"rows": [1]}]),
        ("{ open: false, sizes: ['s'] }", [{"open": False, "sizes": ["s"]}]),
        ("if (a) { b() } else { c() }", []),
    ],
)
def test_a_star_finds_whatever_comes(script: str, found: list[object]):
    assert find("*", f"<script>{script}</script>") == found


def test_in_a_row_only_its_own_scripts_are_looked_at():
    parser = make_parser(HtmlParser)
    select = parser.compile("inner", "state", True)
    root = parser.parse(make_page(PAGE, "text/html")).root

    assert [select(next(root.iter(tag))) for tag in ("div", "head")] == [[{"in": "div"}], []]


@pytest.mark.parametrize(
    ("selector", "offset", "said"),
    [
        ("", 0, "expected a name such as window.__DATA__, or *"),
        ("5a", 0, "expected a name such as window.__DATA__, or *"),
        ("a..b", 1, 'expected a key, found "."'),
        ("a.b = 1", 3, 'expected a dot and a key, or the end, found "="'),
        ("a[0]", 1, 'expected a dot and a key, or the end, found "["'),
    ],
)
def test_a_mistake_is_named_with_its_place(selector: str, offset: int, said: str):
    with pytest.raises(SelectorError) as caught:
        make_parser(HtmlParser).compile(selector, "state", True)

    assert (str(caught.value), caught.value.offset) == (said, offset)


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        "x=[" * 100_000,
        "x={a:" * 100_000,
        "x='" * 100_000,
        "x(" * 100_000,
        "x=`${" * 100_000,
        'x=["' + "a" * 500_000,
        "x" * 1_000_000,
        "x=[x=[1,2,3],x=/" * 50_000,
        "x=1;" * 200_000,
    ],
)
def test_a_hostile_script_is_given_up_in_time(script: str):
    start = time.process_time()
    for selector in ("x", "*"):
        find(selector, f"<script>{script}</script>")

    assert time.process_time() - start < 10


def test_a_script_may_be_a_page_of_its_own():
    parser = make_parser(JavascriptParser)
    document = parser.parse(make_page("callback({rows: [{n: 1}, {n: 2}]})"))

    assert parser.compile("callback.rows.n", "state", False)(document.root) == [1, 2]
    assert parser.compile("*.rows.n", "state", True)(document.root) == [1]


def test_what_it_finds_is_read_like_json():
    read = make_parser(JavascriptParser).read

    assert read("text")({"a": 1}) == {"a": 1}
    assert [read("a")(value) for value in ({"a": 1}, {}, [1], "x")] == [1, None, None, "x"]
