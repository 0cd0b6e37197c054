"""HTML bodies of every kind: encodings, pages that are none, and hostile ones."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scrapekit import PageError, RecipeError, TakesLong
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser


def parse(body: bytes | str, content_type: str = "text/html", url: str = "http://a.test/b/c.html") -> Any:
    return make_parser(HtmlParser).parse(make_page(body, content_type, url))


def title(body: bytes | str, content_type: str = "text/html") -> Any:
    return parse(body, content_type).root.findtext(".//h1")


def test_an_option_is_refused_since_there_are_none():
    with pytest.raises(RecipeError) as caught:
        make_parser(HtmlParser, "{recover: true}")

    assert 'unknown key "recover"' in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", "text/html; charset=utf-8"),
        ("utf-8-sig", "text/html"),
        ("utf-16", "text/html"),
        ("iso-8859-1", "text/html; charset=iso-8859-1"),
        ("windows-1252", "text/html"),
    ],
)
def test_a_page_is_read_in_its_encoding(encoding: str, content_type: str):
    assert (
        title("<h1>Käse “5”</h1>".replace("“", "").replace("”", "").encode(encoding), content_type)
        == "Käse 5"
    )


def test_the_encoding_of_the_page_goes_before_what_its_meta_says():
    assert title("<meta charset=iso-8859-1><h1>Käse</h1>", "text/html; charset=utf-8") == "Käse"


def test_a_wrong_byte_does_not_cut_the_page():
    assert title(b"<p>\xff</p><h1>T\xc3\xa4</h1>", "text/html; charset=utf-8") == "Tä"
    assert title(b"<p>\x82\xff\x80</p><h1>T</h1>", "text/html; charset=shift_jis") == "T"
    assert title(b"<p>a\0b</p><h1>T</h1>") == "T"


@pytest.mark.parametrize("body", [b"", b" \n", b"<!-- x -->", b"<!DOCTYPE html>", b"</div>"])
def test_a_body_without_an_element_is_an_empty_document(body: bytes):
    parser = make_parser(HtmlParser)
    select = parser.compile("*", "css", False)
    root = parser.parse(make_page(body)).root

    assert [node.tag for node in select(root)] == ["html"]
    assert parser.read("text")(root) == ""


@pytest.mark.parametrize(
    ("markup", "base"),
    [
        ("", "http://a.test/b/c.html"),
        ("<base href='/x/'>", "http://a.test/x/"),
        ("<base href=' ../y '>", "http://a.test/y"),
        ("<base target=_top><base href=http://c.test/><base href=/z>", "http://c.test/"),
        ("<base href=HTTPS://C.test>", "https://c.test/"),
        ("<base href='/x\n/y'>", "http://a.test/x/y"),
        (r"<base href='\\c.test\x\'>", "http://c.test/x/"),
        ("<base href=javascript:x>", "http://a.test/b/c.html"),
        ("<base href='http://['>", "http://a.test/b/c.html"),
    ],
)
def test_the_first_base_with_an_address_is_the_base(markup: str, base: str):
    assert parse(f"<head>{markup}</head><p>x").base == base


def test_a_page_that_libxml2_would_cut_is_refused():
    with pytest.raises(PageError) as caught:
        parse("<div>" * 5000 + "<h1>x</h1>")

    assert str(caught.value) == "the page cannot be read whole: Excessive depth in document: 2048"


def test_a_page_cut_after_many_smaller_mistakes_is_refused():
    with pytest.raises(PageError):
        parse("</foo>" * 300 + "<div>" * 5000)


def test_a_parser_works_on_after_a_page_that_was_refused():
    parser = make_parser(HtmlParser)
    with pytest.raises(PageError):
        parser.parse(make_page("<div>" * 5000))

    assert parser.parse(make_page("<h1>x</h1>")).root.findtext(".//h1") == "x"


def test_a_text_of_many_megabytes_is_kept_whole():
    assert title("<p>" + "x" * 11_000_000 + "</p><h1>end</h1>") == "end"


def many_attributes(count: int, value: str) -> str:
    return "<p>x</p>" * 10 + "<div " + " ".join(f"a{n:x}{value}" for n in range(count)) + "><h1>x</h1>"


@pytest.mark.parametrize("value", ["", "=1", '="x"', "='x'", '="a > b"', "='<b c=\"x\">'"])
def test_a_tag_with_thousands_of_attributes_is_refused_before_it_is_parsed(value: str):
    body = many_attributes(20_000, value)
    started = time.process_time()
    with pytest.raises(PageError) as caught:
        parse(body)

    assert str(caught.value) == "a tag has 20000 attributes; at most 4000 are read"
    assert time.process_time() - started < 1


def test_many_tags_that_each_have_thousands_of_attributes_are_refused_too():
    with pytest.raises(PageError) as caught:
        parse(many_attributes(3_000, "") * 12)

    assert str(caught.value) == "too many of its tags have thousands of attributes"


def hurried(body: str, *selectors: str, of: type[Any] = HtmlParser) -> Any:
    parser = make_parser(of)
    for selector in selectors:
        language, _, text = selector.rpartition("xpath:")
        parser.compile(text, "css" if not language and text == selector else "xpath", True)
    page = make_page(body, "text/html")
    page.hurried = True
    return parser.parse(page)


@pytest.mark.parametrize(
    ("body", "selector"),
    [
        ("<b>" * 200 + "x" * 9000, "h1"),
        ("<p>x" * 5000, "h1"),
        ("<p>x" * 300, "xpath://*[//*[//*]]"),
        ("<p>x" * 300, "div:has(p:has(b))"),
    ],
    ids=["deep", "many", "a steep path", "a steep selector"],
)
def test_a_page_that_is_not_read_in_a_moment_is_asked_for_again_where_nobody_waits(body: str, selector: str):
    with pytest.raises(TakesLong):
        hurried(body, selector)
    assert make_parser(HtmlParser).parse(make_page(body)).root is not None


@pytest.mark.parametrize(
    "selector", ["h1", ".a .b", "ul li:nth-child(2) a", "xpath://td[contains(., 'x')]/.."]
)
def test_an_ordinary_page_is_read_at_once(selector: str):
    body = "<div>" * 40 + "<ul><li class=a>x<li><a class=b>y</a></ul>" * 400 + "</div>" * 40

    assert hurried(body, selector).root.tag == "html"


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "don't <b class='x'>say \"a > b\"</b> " * 3000,
        "<script>" + "var a = 'b' < c; if (a=\"d>e\") x();\n" * 3000 + "</script>",
        "<a href='" + "x" * 100_000 + "'>y</a>",
        '<img src="data:image/png;base64,' + "QUJD" * 30_000 + '">',
        "<p>plain text of words and more words = some\n" * 2000,
        '<div data-json=\'{"a": "' + "b c " * 20_000 + "\"}'>z</div>",
        many_attributes(300, '="x"') * 20,
    ],
)
def test_a_large_page_of_ordinary_tags_is_read(body: str):
    assert parse(body + "<h2>end</h2>").root.findtext(".//h2") == "end"


def test_many_comments_left_open_are_read_in_a_moment():
    started = time.process_time()
    parse("<!--" * 200_000)

    assert time.process_time() - started < 2
