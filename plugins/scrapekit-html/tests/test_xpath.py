"""XPath selectors: results as lists, and mistakes found before the first page."""

from __future__ import annotations

from typing import Any

import pytest

from scrapekit import PageError, SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser

PAGE = "<h1>Tea</h1><ul><li id=a>1</li><li id=b>2</li><li id=c>3</li></ul>"


def select(expression: str, *, first: bool = False, scope: str | None = None) -> list[Any]:
    parser = make_parser(HtmlParser)
    root = parser.parse(make_page(PAGE)).root
    start = root if scope is None else root.xpath(scope)[0]
    found = parser.compile(expression, "xpath", first)(start)
    return [node.get("id") or node.tag if hasattr(node, "tag") else node for node in found]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("//li", ["a", "b", "c"]),
        ("//li/@id", ["a", "b", "c"]),
        ("//li/text()", ["1", "2", "3"]),
        ("//li[2]", ["b"]),
        ("//li[@id='c']/preceding-sibling::*", ["a", "b"]),
        ("//li[@id='c']/ancestor::*", ["html", "body", "ul"]),
        ("//h1 | //li[1]", ["h1", "a"]),
        ("//nothing", []),
        ("count(//li)", [3]),
        ("count(//li) div 2", [1.5]),
        ("number('x')", []),
        ("1 div 0", []),
        ("string(//h1)", ["Tea"]),
        ("//li = '2'", [True]),
        ("concat('a', \"b(c\")", ["ab(c"]),
    ],
)
def test_an_expression_gives_a_list_whatever_its_type(expression: str, found: list[Any]):
    assert select(expression) == found
    assert select(expression, first=True) == found[:1]


def test_a_relative_expression_starts_from_the_scope():
    assert select("li[1]", scope="//ul") == ["a"]
    assert select(".//li", scope="//ul") == ["a", "b", "c"]
    assert select("following-sibling::*[1]", first=True, scope="//li") == ["b"]
    assert select("..", scope="//li") == ["ul"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("//a[", ("not an XPath: invalid expression", 0, 4, "")),
        ("", ("not an XPath: invalid expression", 0, 1, "")),
        ("//a[@b='x]", ("the string is not closed", 7, 1, "")),
        ("count('a')", ("not an XPath: invalid type", 0, 10, "")),
        ("//a[. = $x]", ("an XPath in a recipe has no variables", 8, 1, "")),
        (
            "//a[lower-case(.)]",
            ("unknown function lower-case()", 4, 10, "only the functions of XPath 1.0 are known"),
        ),
        (
            "//a[re:test(., 'x')]",
            (
                "unknown function re:test()",
                4,
                7,
                "XPath 1.0 has no regular expressions; narrow with the filter match or regex",
            ),
        ),
        (
            "//svg:a",
            (
                'the namespace prefix "svg" is not declared',
                2,
                3,
                "name it under the parser's option namespaces (parser xml); html has no prefixes",
            ),
        ),
    ],
)
def test_a_mistake_is_found_before_the_first_page(expression: str, said: tuple[str, int, int, str]):
    with pytest.raises(SelectorError) as caught:
        select(expression)

    assert (str(caught.value), caught.value.offset, caught.value.width, caught.value.hint) == said


def test_words_that_are_functions_and_operators_may_also_be_names():
    assert select("//div[div div div]") == []
    assert select("//mod/text | //and/or") == []


def test_a_type_that_only_the_page_shows_to_be_wrong_fails_the_page():
    with pytest.raises(PageError) as caught:
        select("//li[count('x')]")

    assert str(caught.value) == "the XPath //li[count('x')] failed: Invalid type"
