"""What is taken out of a copy is gone there, and nothing else is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser


def without(body: str, xpath: str) -> Any:
    parser = make_parser(HtmlParser)
    root = parser.parse(make_page(f"<div>{body}</div>", "text/html; charset=utf-8")).root
    scope, before = next(root.iter("div")), etree.tostring(root)
    copy = parser.without(scope, parser.compile(xpath, "xpath", False)(scope))
    assert etree.tostring(root) == before
    return copy


@pytest.mark.parametrize(
    ("body", "xpath", "markup"),
    [
        ("a<b>x</b>c", ".//b", "<div>ac</div>"),
        ("a<b>x<i>y</i></b>c<i>z</i>d", ".//b|.//i", "<div>acd</div>"),
        ("a<!-- k -->b<i>c<!-- l -->d</i>e", ".//comment()", "<div>ab<i>cd</i>e</div>"),
        ("a<!-- k --><!-- l -->b", ".//comment()[1]", "<div>a<!-- l -->b</div>"),
        ("a<b>x</b><!-- k -->c", ".//node()", "<div>ac</div>"),
        ("a<b>x</b>c", ".//b/text()", "<div>a<b>x</b>c</div>"),
        ("a<b>x</b>c", "..", "<div>a<b>x</b>c</div>"),
        ("a<b>x</b>c", ".", "<div>a<b>x</b>c</div>"),
        ("a\x08<b>x\x01</b>c\x02", ".//b", "<div>a&#xFFFD;c&#xFFFD;</div>"),
        ("a\x08<!-- k -->c\x02", ".//comment()", "<div>a&#xFFFD;c&#xFFFD;</div>"),
    ],
)
def test_the_text_around_stays(body: str, xpath: str, markup: str):
    assert etree.tostring(without(body, xpath)).decode().replace("&#65533;", "&#xFFFD;") == markup


@settings(max_examples=200, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(["a", "\x07", "<b>", "</b>", "<i>", "</i>", "<!-- c -->", "&#8;", "é"]))
)
def test_no_other_text_is_lost(pieces: list[str]):
    copy = without("".join(pieces), ".//b | .//comment()")

    assert not copy.xpath(".//b | .//comment()")
    whole = without("".join(pieces), ".//nothing")
    kept = "".join(whole.xpath(".//text()[not(ancestor::b)]"))
    assert len("".join(copy.xpath(".//text()"))) == len(kept)


@pytest.mark.parametrize(("between", "kind"), [("<br>", "br"), ("<!-- c -->", etree.Comment)])
def test_many_in_a_row_are_taken_out_in_time(between: str, kind: Any):
    parser = make_parser(HtmlParser)
    root = parser.parse(make_page("<div>" + f"{between}some words" * 20_000, "text/html")).root
    nodes, start = list(root.iter(kind)), time.process_time()
    copy = parser.without(root, nodes)

    assert len("".join(copy.itertext())) == 200_000
    assert time.process_time() - start < 3
