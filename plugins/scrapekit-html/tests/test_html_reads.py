"""What is read from a node of an HTML page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from scrapekit import SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser


def read(name: str, body: str, tag: str = "div") -> Any:
    parser = make_parser(HtmlParser)
    root = parser.parse(make_page(f"<body>{body}", "text/html; charset=utf-8")).root
    before = etree.tostring(root)
    value = parser.read(name)(next(root.iter(tag)))
    assert etree.tostring(root) == before
    return value


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<div> two \n\t words&nbsp;\u2003</div>", "two words"),
        ("<div></div>", ""),
        ("<div>in<b>si</b>de</div>", "inside"),
        ("<div>a<br>b<hr>c</div>", "a b c"),
        ("<div><p>one</p><p>two</p>three<ul><li>4</li><li>5</li></ul></div>", "one two three 4 5"),
        ("<div>a<script>b</script>c<style>d</style><template>e</template>f<!-- g --><?h?>i</div>", "acfi"),
        ("<div>a <b>b</b> <noscript>c</noscript></div>tail", "a b c"),
        ("<div>a<span>b<i>c</i></span><p>d</p>e</div>", "abc d e"),
    ],
)
def test_text_is_what_a_reader_sees(body: str, text: str):
    assert read("text", body) == text


def test_a_table_row_reads_as_separate_words():
    assert read("text", "<table><tr><td>a</td><td>b</td></tr></table>", "tr") == "a b"


def test_a_script_gives_its_data_as_it_is():
    body = '<div><script> {"a":  "b  c"} </script></div>'

    assert read("text", body, "script") == '{"a":  "b  c"}'
    assert read("text", body) == ""


def test_text_of_deeply_nested_elements_is_read():
    assert read("text", "<div>" + "<i>a" * 1500) == "a" * 1500


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<div>Price: <b>10</b> EUR</div>", "Price: EUR"),
        ("<div>a<p>b</p>c<br>d</div>", "a c d"),
        ("<div><p>b</p></div>", ""),
    ],
)
def test_own_text_leaves_the_children_out(body: str, text: str):
    assert read("own_text", body) == text


def test_html_is_the_element_without_what_follows_it():
    body = '<div class="a > b">x &amp; <br>y<!-- z --></div>tail'

    assert read("html", body) == '<div class="a &gt; b">x &amp; <br>y<!-- z --></div>'
    assert read("inner_html", body) == "x &amp; <br>y<!-- z -->"
    assert read("inner_html", body, "br") == ""


@settings(max_examples=100, deadline=None)
@given(
    text=st.text("a<>&\"' \u00e4\u00a0=", max_size=12),
    value=st.text("a<>&\"'/ ", max_size=8),
)
def test_inner_html_is_html_without_its_outer_tags(text: str, value: str):
    element = etree.fromstring("<div/>")
    element.set("title", value)
    element.text = text
    etree.SubElement(element, "b").tail = text
    parser = make_parser(HtmlParser)
    outer, inner = parser.read("html")(element), parser.read("inner_html")(element)

    assert outer.endswith(f"{inner}</div>")
    assert outer.removesuffix(f"{inner}</div>").count("<") == 1


@pytest.mark.parametrize(
    "tag",
    [
        'div "class=x',
        'div a"b=c d<e=1',
        "div x\x01y=1",
        'div ="x"',
        'div href="a>b" title=">" :x @y=">"',
        "div itemscope",
    ],
)
def test_inner_html_of_an_element_with_broken_attributes_is_what_is_in_it(tag: str):
    assert read("inner_html", f"<{tag}><b>y</b> z<br></div>") == "<b>y</b> z<br>"


def test_an_attribute_is_read_by_its_name_in_any_case():
    body = '<div data-Price="4" empty="">x</div>'

    assert read("data-price", body) == "4"
    assert read("DATA-Price", body) == "4"
    assert read("empty", body) == ""
    assert read("missing", body) is None


def test_what_is_no_name_is_refused():
    for name in ("", "a b", "a=b", "\0"):
        with pytest.raises(SelectorError) as caught:
            make_parser(HtmlParser).read(name)

        assert str(caught.value) == f'"{name}" is no attribute\'s name'
