"""CSS selectors as recipes write them: what each finds, and how a mistake is told."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit import PageError, SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser
from scrapekit_html.xml import XmlParser

SHOP = """
<div class="card new"><h3>Assam <b>black</b></h3><a href="/a">more</a><p>in <i>stock</i></p></div>
<div class="card"><h3>Sencha</h3><a>none</a><a href="/s">more</a></div>
<table><tr class="head"><td>1</td></tr><tr><td><span class="age">2</span></td></tr></table>
"""


def compiled(selector: str, *, first: bool = False) -> Any:
    return make_parser(HtmlParser).compile(selector, "css", first)


def root(body: str = SHOP) -> Any:
    return make_parser(HtmlParser).parse(make_page(body, "text/html; charset=utf-8")).root


def texts(selector: str, scope: Any) -> list[Any]:
    read = make_parser(HtmlParser).read("text")
    return [read(node) for node in compiled(selector)(scope)]


def refusal(selector: str) -> tuple[str, int, int, str]:
    with pytest.raises(SelectorError) as caught:
        compiled(selector)
    return str(caught.value), caught.value.offset, caught.value.width, caught.value.hint


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("h3", ["Assam black", "Sencha"]),
        ("H3", ["Assam black", "Sencha"]),
        ("h3::text", ["Assam ", "Sencha"]),
        ("h3 ::text", ["Assam ", "black", "Sencha"]),
        (".new ::attr(href)", ["/a"]),
        ("h3 ::text, b::text", ["Assam ", "black", "Sencha"]),
        ("a::attr(href)", ["/a", "/s"]),
        ("a::attr(HREF)", ["/a", "/s"]),
        ("h3::text, a::attr(href)", ["Assam ", "/a", "Sencha", "/s"]),
        ("a, h3", ["Assam black", "more", "Sencha", "none", "more"]),
        ("h3, .card h3", ["Assam black", "Sencha"]),
        (".card:not(.new) h3", ["Sencha"]),
        ("a:not([href], .x)", ["none"]),
        (".card:not(:has(b), p)", ["Sencha nonemore"]),
        (".card:has(> h3 > b) a", ["more"]),
        ("h3:contains('Sen')", ["Sencha"]),
        ("h3:contains(sen)", []),
        ("h3:contains('m b')", ["Assam black"]),
        (":is(h3, p)", ["Assam black", "in stock", "Sencha"]),
    ],
)
def test_a_selector_finds(selector: str, found: list[str]):
    page = root()

    assert texts(selector, page) == found
    assert compiled(selector, first=True)(page) == compiled(selector)(page)[:1]


def test_a_row_is_seen_by_its_own_selector_and_by_what_is_above_it():
    card = compiled(".card")(root())[0]

    assert texts(".card", card) == ["Assam black more in stock"]
    assert texts("div.card h3", card) == ["Assam black"]
    assert texts("body h3", card) == ["Assam black"]
    assert texts("h3", card) == ["Assam black"]


def test_a_leading_combinator_starts_from_the_scope():
    row = compiled("tr.head")(root())[0]

    assert texts("> td", row) == ["1"]
    assert texts("+ tr .age", row) == ["2"]
    assert texts("~ tr, > td", row) == ["1", "2"]
    assert texts(":scope", row) == ["1"]
    assert texts(":scope > td", row) == ["1"]
    assert texts("tr:scope td", row) == ["1"]
    assert texts("div:scope td", row) == []


def test_a_row_of_text_cannot_be_selected_from():
    said = "a selector starts from an element, not from the str 'Assam '"
    for selector in ("h3", ".card", "#x", "> a", "p.x"):
        for first in (True, False):
            with pytest.raises(PageError) as caught:
                compiled(selector, first=first)("Assam ")
            assert str(caught.value) == said


TAKES = "::text takes the text, ::attr(NAME) an attribute"


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("", ("expected a selector, found the end", 0, 1, "")),
        ("a, , b", ('expected a selector, found ","', 3, 1, "")),
        ("h1 >", ("expected a selector, found the end", 4, 1, "")),
        ("a, > > b", ('expected a selector, found ">"', 5, 1, "")),
        ("h1::txt", ("unknown pseudo-element ::txt", 2, 5, TAKES)),
        ("p, h1::txt", ("unknown pseudo-element ::txt", 5, 5, TAKES)),
        ("a:before", ("unknown pseudo-element ::before", 1, 8, TAKES)),
        ("a::attr()", ("::attr() takes one attribute's name", 1, 6, TAKES)),
        ("a::attr(href)::text", ("::attr() can only end a selector", 1, 6, "")),
        ("a::text b", ("::text can only end a selector", 1, 6, "")),
        ("a:text", ("unknown pseudo-class :text", 1, 5, TAKES)),
        ("a:frist-child", ("unknown pseudo-class :frist-child", 1, 12, "did you mean :first-child?")),
        (
            "a:eq(2)",
            (
                "unknown pseudo-class :eq",
                1,
                3,
                ":nth-child(N) counts from 1; a field's `nth: N` picks a match, from 0",
            ),
        ),
        (
            "a:hover",
            (
                "the pseudo-class :hover matches nothing in a fetched page",
                1,
                6,
                "it speaks of a page on a screen; a fetched page has no such state",
            ),
        ),
        ("li:nth-child(x)", ("not a position: write a number, odd, even or a series like 2n+1", 2, 1, "")),
        ("*:first-of-type", (":first-of-type needs a tag before it", 1, 14, "")),
        ("a[b=5]", ('expected string or name, found "5"', 4, 1, 'quote the value: "5"')),
        (
            ".1st",
            (
                'expected a selector, found ".1"',
                0,
                2,
                'a name cannot begin with a digit; a class that does is written [class~="1st"]',
            ),
        ),
        ("a:not(b", ("expected ')', found the end", 7, 1, "")),
        ("a:not(b, 'c)", ("unclosed string", 9, 1, "")),
        ("b a:scope", (":scope can only begin a selector", 3, 6, "")),
        ("svg|a", ('the namespace prefix "svg" is not declared', 0, 1, "")),
        ("li, \\B x", ("no page holds the character U+000B", 4, 1, "")),
        ("[a='\\C ']", ("no page holds the character U+000C", 3, 1, "")),
        ("a:required", ("unknown pseudo-class :required", 1, 9, "the attribute says it: [required]")),
        ("[x|y]", ('the namespace prefix "x" is not declared', 1, 1, "")),
        ("." + "a." * 2000 + "a", ("the selector is nested too deeply", 0, 1, "")),
    ],
)
def test_a_mistake_is_told_with_its_place(selector: str, said: tuple[str, int, int, str]):
    assert refusal(selector) == said


WORDS = (
    *"*#.:>+~,()[]= |'\"\\/-_aéB01^$!@&{}\n\t\0",
    *("li", ".a", "[a]", "[a=", "'x'", "::text", "::attr(", ":not(", ":is(", ":has(", ":nth-child(", "2n+1"),
    *(":scope", ":first-child", ":contains(", ":lang(", ":root"),
    *("/*", "*/", "\\31 ", "a|b", "*|", "\ud800", " i]"),
)


@settings(max_examples=1_000, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=12), of=st.sampled_from([HtmlParser, XmlParser]))
def test_any_text_is_compiled_or_refused_within_it(words: list[str], of: Any):
    text, offset, parser = "".join(words), 0, make_parser(of)
    page = parser.parse(make_page("<ul><li class='a' a='x'>x</li></ul>"))
    try:
        found = parser.compile(text, "css", False)(page.root)
    except SelectorError as error:
        found, offset = [], error.offset

    assert 0 <= offset <= len(text)
    assert isinstance(found, list)


@pytest.mark.slow
def test_deeply_nested_elements_cost_no_more_than_a_moment():
    """cssselect's own translation takes 162 s for the first of these selectors on this page."""
    scope = root(("<div>" * 1000 + "</div>" * 1000) * 4)
    started = time.process_time()
    for selector in (
        "div div",
        "div div div div section",
        "section > div div > div div",
        "div ~ div div ~ div",
    ):
        compiled(selector)(scope)
        compiled(selector, first=True)(scope)

    assert time.process_time() - started < 5
