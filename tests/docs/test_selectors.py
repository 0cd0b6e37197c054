"""The reference's tables of selectors are whole and true: each finds on one page what is written here.

A selector that is added to a table needs its line here, and one that is refused its row there.
"""

from __future__ import annotations

import re

import pytest

from scrapekit.errors import SelectorError
from scrapekit.plugins import Plugins
from scrapekit.testing import make_page, make_parser

REFERENCE = "docs/recipes.md"

HTML = """\
<html n="html" lang="de"><body n="body">
<h1 n="h1">Tea <b n="b">!</b></h1>
<ul n="ul"><li n="1" class="a" a="b">one</li><li n="2" class="a b" a="x b">two</li>
<li n="3" id="a" a="b-c"><p n="p1" lang="en-GB">in</p></li></ul>
<ol n="ol"><li n="4" class="a" a="B">only</li></ol>
<div n="div"><p n="p2"></p><p n="p3">last</p></div>
<table n="table"><tr n="tr"><th n="th">UPC</th><td n="td">7</td></tr></table>
<a n="x" href="/x">link</a><a n="y">none</a>
<input n="i1" type="checkbox" checked><input n="i2" disabled><input n="i3"></body></html>
"""

CSS = {
    "li": "1 2 3 4",
    "*": "html body h1 b ul 1 2 3 p1 ol 4 div p2 p3 table tr th td x y i1 i2 i3",
    ".a": "1 2 4",
    "#a": "3",
    "li.a.b": "2",
    "[a]": "1 2 3 4",
    "[a=b]": "1",
    "[a~=b]": "1 2",
    "[a|=b]": "1 3",
    "[a^=b]": "1 3",
    "[a$=b]": "1 2",
    "[a*=b]": "1 2 3",
    "[a!=b]": "html body h1 b ul 2 3 p1 ol 4 div p2 p3 table tr th td x y i1 i2 i3",
    "[a=b i]": "1 4",
    "ul li": "1 2 3",
    "ul > li": "1 2 3",
    "li + li": "2 3",
    "li ~ li": "2 3",
    ":scope > li": "1 2 3",
    "> li": "1 2 3",
    "+ li": "2",
    "~ li": "2 3",
    "li, p": "1 2 3 p1 4 p2 p3",
    "li:first-child": "1 4",
    "li:last-child": "3 4",
    "li:only-child": "4",
    "p:first-of-type": "p1 p2",
    "p:last-of-type": "p1 p3",
    "p:only-of-type": "p1",
    "li:nth-child(2)": "2",
    "li:nth-child(2n+1)": "1 3 4",
    "li:nth-child(odd)": "1 3 4",
    "li:nth-last-child(1)": "3 4",
    "p:nth-of-type(2)": "p3",
    "p:nth-last-of-type(1)": "p1 p3",
    "li:not(.a)": "3",
    "li:not(.a, .b)": "3",
    "li:is(.a, .b)": "1 2 4",
    "li:where(.a)": "1 2 4",
    "ul:has(.a)": "ul",
    "ul:has(> .a)": "ul",
    "li:has(+ .a)": "1",
    "th:contains('UPC')": "th",
    "p:empty": "p2",
    ":root": "html",
    "p:lang(en)": "p1",
    "a:link": "x",
    "input:checked": "i1",
    "input:disabled": "i2",
    "input:enabled": "i1 i3",
    "h1::text": "Tea ",
    "a::attr(href)": "/x",
}
SCOPES = {":scope > li": "ul", "> li": "ul", "+ li": "li", "~ li": "li"}
"""What a selector starts from that names its scope; every other starts from the page."""

TEA = {"n": 1, "name": "tea", "price": 12, "was": None, "tags": ["new", "b"], "a": 1, "b": 1}
CUP = {
    "n": 2,
    "name": "cup-100",
    "price": 5,
    "old_price": 6,
    "tags": [],
    "a": 0,
    "b": 2,
    "id": 7,
    "new": True,
}
POT = {"n": 3, "name": "A teapot"}
DATA = {
    "shop": {"name": "Shop", "price": 1},
    "a name": 2,
    "it's": 3,
    "in-stock": 4,
    "@type": 5,
    "\u263a\n": 6,
    "best": 7,
    "tags": ["b", "a"],
    "rows": [TEA, CUP, POT],
}

JSONPATH = {
    "$.shop.name": ["Shop"],
    "shop.name": ["Shop"],
    "$['a name']": [2],
    '$["it\'s"]': [3],
    "$.in-stock": [4],
    "$.@type": [5],
    "$.rows[0]": [TEA],
    "$.rows[-1]": [POT],
    "$.rows[1:3]": [CUP, POT],
    "$.rows[::2]": [TEA, POT],
    "$.rows[::-1]": [POT, CUP, TEA],
    "$.rows[*]": [TEA, CUP, POT],
    "$.shop.*": ["Shop", 1],
    "$..price": [1, 12, 5],
    "$..*": 36,
    "$..[0]": ["b", TEA, "new"],
    "$.rows[0,2]": [TEA, POT],
    "$.rows[*]['name','price']": ["tea", 12, "cup-100", 5, "A teapot"],
    "$.rows[0, -3:, ?@.new]": [TEA, TEA, CUP, POT, CUP],
    "$.rows[?@.tags]": [TEA, CUP],
    "$.rows[?!@.tags]": [POT],
    "$.rows[?@.tags[*]]": [TEA],
    "$.rows[?@.price > 10]": [TEA],
    "$.rows[?@.name != 'tea']": [CUP, POT],
    "$.rows[?@.was == null]": [TEA],
    "$.rows[?@.id == $.best]": [CUP],
    "$.rows[?@.price < @.old_price]": [CUP],
    "$.rows[?@.a == 1 && @.b < 2]": [TEA],
    "$.rows[?@.a == 1 || @.b == 2]": [TEA, CUP],
    "$.rows[?!(@.a == 1)]": [CUP, POT],
    "$.rows[?@.tags[?@ == 'new']]": [TEA],
    "$.rows[?length(@.name) > 3]": [CUP, POT],
    "$.rows[?count(@.tags[*]) > 1]": [TEA],
    "$.rows[?value(@..price) == 5]": [CUP],
    "$.rows[?match(@.name, 'te.*')]": [TEA],
    "$.rows[?search(@.name, '[0-9]{3}')]": [CUP],
    "$.rows[?@.name =~ '^te']": [TEA],
    "$..price.`parent`": [DATA["shop"], TEA, CUP],
    "$.rows.`len`": [3],
    "$.shop.`keys`": ["name", "price"],
    "$.tags.`sorted`": [["a", "b"]],
    "$.rows[/name][0]": [POT],
    "$.rows[\\price, /name][*].n": [3, 1, 2],
}


def code_in(text: str) -> list[str]:
    """What stands in backticks; in two of them, where it holds one."""
    return [code.strip() for _, code in re.findall(r"(`+)(.+?)(?<!`)\1(?!`)", text)]


@pytest.fixture
def listed(tables):
    """The selectors of a kind of table in a language, in the order of the page."""

    def found(kind: str, language: str) -> list[str]:
        shown = [table for table in tables(REFERENCE, kind) if table.comment[kind] == language]
        return [code for table in shown for row in table.rows for code in code_in(row["selector"])]

    return found


def test_the_table_of_css_is_what_is_tested_here(listed):
    assert listed("selectors", "css") == list(CSS)


@pytest.mark.parametrize("selector", CSS)
def test_a_css_selector_finds_what_the_reference_says(selector: str):
    parser = make_parser(Plugins().load("parsers", "html"))
    page = parser.parse(make_page(HTML, "text/html")).root
    scope = parser.compile(SCOPES[selector], "css", True)(page)[0] if selector in SCOPES else page
    found = parser.compile(selector, "css", False)(scope)

    assert " ".join(each if isinstance(each, str) else each.get("n") for each in found) == CSS[selector]


def test_the_table_of_jsonpath_is_what_is_tested_here(listed):
    assert listed("selectors", "jsonpath") == list(JSONPATH)


@pytest.mark.parametrize("path", JSONPATH)
def test_a_jsonpath_finds_what_the_reference_says(path: str):
    found = list(make_parser(Plugins().load("parsers", "json")).compile(path, "jsonpath", False)(DATA))

    assert (len(found) if path == "$..*" else found) == JSONPATH[path]


@pytest.mark.parametrize(("language", "parser"), [("css", "html"), ("jsonpath", "json")])
def test_what_the_reference_calls_refused_is(language: str, parser: str, listed):
    made = make_parser(Plugins().load("parsers", parser))
    refused = listed("refused selectors", language)

    assert refused
    for selector in refused:
        with pytest.raises(SelectorError):
            made.compile(selector, language, False)
