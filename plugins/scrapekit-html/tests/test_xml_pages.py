"""XML pages: namespaces, entities, encodings, and pages that are not well-formed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scrapekit import PageError, RecipeError, SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.xml import XmlParser

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://image.test/">
<url><loc>http://a.test/1</loc><image:image><image:loc>http://a.test/1.png</image:loc></image:image></url>
<url><loc>http://a.test/2</loc></url></urlset>"""
NAMESPACES = '{namespaces: {s: "http://www.sitemaps.org/schemas/sitemap/0.9", image: "http://image.test/"}}'


def select(
    selector: str, body: bytes | str = SITEMAP, options: str | None = None, language: str = "xpath"
) -> Any:
    parser = make_parser(XmlParser, options)
    found = parser.compile(selector, language, False)
    read = parser.read("text")
    return [read(node) for node in found(parser.parse(make_page(body, "application/xml")).root)]


def complaint(body: bytes | str, options: str | None = None) -> str:
    with pytest.raises(PageError) as caught:
        select("//x", body, options)
    return str(caught.value)


def test_xpath_names_namespaces_by_the_prefixes_of_the_recipe():
    assert select("//s:loc", options=NAMESPACES) == ["http://a.test/1", "http://a.test/2"]
    assert select("//image:loc", options=NAMESPACES) == ["http://a.test/1.png"]
    assert select("//loc", options=NAMESPACES) == []


def test_css_finds_a_name_in_any_namespace_and_a_prefix_narrows_it():
    assert select("loc", language="css") == ["http://a.test/1", "http://a.test/1.png", "http://a.test/2"]
    assert select("url > loc", language="css") == ["http://a.test/1", "http://a.test/2"]
    assert select("image|loc", options=NAMESPACES, language="css") == ["http://a.test/1.png"]
    assert select("URL", language="css") == []


def test_namespaces_can_be_ignored():
    assert select("//url/loc", options="{namespaces: ignore}") == ["http://a.test/1", "http://a.test/2"]
    body = '<a xmlns:x="http://x.test/" x:b="1"><x:c>2</x:c></a>'
    assert select("/a[@b]/c", body, "{namespaces: ignore}") == ["2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("{namespaces: [a]}", "expected a mapping from prefixes to addresses, or the word ignore"),
        ("{namespaces: strip}", "expected a mapping from prefixes to addresses, or the word ignore"),
        ("{namespaces: {1a: x}}", '"1a" cannot be a prefix'),
        ("{namespaces: {a: ''}}", "expected the address of a namespace"),
        ("{recover: maybe}", 'expected true or false, found the text "maybe"'),
    ],
)
def test_a_mistaken_option_is_told(options: str, said: str):
    with pytest.raises(RecipeError) as caught:
        make_parser(XmlParser, options)

    assert said in str(caught.value)


def test_a_prefix_that_is_not_declared_is_refused():
    with pytest.raises(SelectorError) as caught:
        select("//s:loc")

    assert (str(caught.value), caught.value.offset) == ('the namespace prefix "s" is not declared', 2)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("ISO-8859-1", "iso-8859-1"), ("utf-16", "utf-16"), ("windows-1251", "cp1251")],
)
def test_a_page_is_read_in_the_encoding_it_declares(declared: str, encoding: str):
    text = "é" if encoding != "cp1251" else "ж"
    assert select("/a", f'<?xml version="1.0" encoding="{declared}"?><a>{text}</a>'.encode(encoding)) == [
        text
    ]


def test_space_before_the_declaration_is_forgiven():
    assert select("/a", '\n <?xml version="1.0"?><a>x</a>') == ["x"]


def test_reads_keep_the_case_of_names_and_the_markup_of_xml():
    parser = make_parser(XmlParser)
    root = parser.parse(make_page('<a Id="1" id="2"><b/>x &amp; <c>y</c></a>', "text/xml")).root

    assert parser.read("Id")(root) == "1"
    assert parser.read("id")(root) == "2"
    assert parser.read("inner_xml")(root) == "<b/>x &amp; <c>y</c>"
    assert parser.read("html")(root[0]) == "<b/>"
    assert parser.read("text")(root) == "x & y"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "not well-formed XML: document is empty, line 1, column 1"),
        (
            "<a><b></a>",
            "not well-formed XML: opening and ending tag mismatch: b line 1 and a, line 1, column 11",
        ),
        ("<a>&nbsp;</a>", "not well-formed XML: entity 'nbsp' not defined, line 1, column 10"),
        (
            "<a>" * 3000,
            "not well-formed XML: excessive depth in document: 2048, line 1, column 6147",
        ),
        ("plain", "not well-formed XML: start tag expected, '<' not found, line 1, column 1"),
    ],
)
def test_a_page_that_is_not_well_formed_is_refused(body: str, said: str):
    assert complaint(body) == said


def test_what_can_be_read_is_read_where_the_recipe_says_so():
    assert select("//b", "<a><b>1</b><b>2", "{recover: true}") == ["1", "2"]


LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize("content", ["<r>&g;</r>", '<r z="&g;"/>'])
@pytest.mark.parametrize("options", [None, "{recover: true}"])
def test_a_billion_laughs_are_refused(content: str, options: str | None):
    assert complaint(f'<!DOCTYPE r [<!ENTITY a "{"x" * 1000}">{LAUGHS}]>{content}', options)


def test_an_entity_of_the_page_is_not_expanded(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("canary")
    for definition in (f'SYSTEM "{secret.as_uri()}"', '"inner"'):
        said = complaint(f"<!DOCTYPE r [<!ENTITY e {definition}>]><r><x>&e;</x></r>")
        assert said == "the page uses an entity of its own, &e;, which is not expanded"


def test_a_page_with_unused_entities_is_read():
    assert select("/r", '<!DOCTYPE r [<!ENTITY e "x">]><r>ok</r>') == ["ok"]


def test_elements_nested_too_deeply_are_refused():
    for options in (None, "{recover: true}"):
        assert "depth" in complaint("<a>" * 5000 + "</a>" * 5000, options)


@pytest.mark.parametrize("options", [None, "{recover: true}"])
@pytest.mark.parametrize("doctype", ['r SYSTEM "FILE"', 'r [<!ENTITY % x SYSTEM "FILE">%x;]'])
def test_a_file_that_a_page_names_as_its_dtd_is_not_read(tmp_path: Path, doctype: str, options: str | None):
    """Were it read, it would be no DTD, and the page not well-formed."""
    file = tmp_path / "secret"
    file.write_text("canary")
    doctype = doctype.replace("FILE", file.as_uri())

    assert select("/r", f"<!DOCTYPE {doctype}><r>ok</r>", options) == ["ok"]


def test_a_page_whose_dtd_is_elsewhere_is_read_without_it():
    assert select("/r", '<!DOCTYPE r PUBLIC "-//x" "http://127.0.0.1:9/x.dtd"><r>ok</r>') == ["ok"]
