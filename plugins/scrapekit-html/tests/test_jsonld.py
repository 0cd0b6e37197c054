"""Objects in a page's JSON-LD, found by their type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scrapekit import SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser

GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {
            "@type": ["Product", "schema:Thing"],
            "@id": "/p#1",
            "name": "Assam",
            "image": ["a.png", "b.png"],
            "brand": {"@id": "#brand"},
            "offers": [
                {"@type": "Offer", "price": "4.50", "seller": {"name": "A"}},
                {"@type": "http://schema.org/Offer", "price": 6, "seller": {"name": "B"}},
            ],
            "isRelatedTo": {"@type": "Product", "name": "Darjeeling"},
            "description": {"@value": "strong", "@language": "en"},
            "weight": None,
        },
        {"@id": "#brand", "@type": "Brand", "name": "Lamplight", "founder": {"@id": "#nobody"}},
        {"@type": "NewsArticle", "headline": "News"},
    ],
}


def blocks(*texts: str) -> str:
    scripts = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    return f"<html><head>{scripts}</head><body><p>x</p></body></html>"


def read(selector: str, body: str, *, first: bool = False) -> tuple[list[Any], dict[str, int]]:
    parser = make_parser(HtmlParser)
    select = parser.compile(selector, "jsonld", first)
    document = parser.parse(make_page(body, "text/html"))
    return list(select(document.root)), dict(document.notes)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("Product.name", ["Assam", "Darjeeling"]),
        ("product.name", ["Assam", "Darjeeling"]),
        ("Product.offers.price", ["4.50", 6]),
        ("Product.offers.seller.name", ["A", "B"]),
        ("Product.offers.1.price", [6]),
        ("Product.image", ["a.png", "b.png"]),
        ("Product.image.0", ["a.png"]),
        ("Product.brand.name", ["Lamplight"]),
        ("Product.brand.founder", [{"@id": "#nobody"}]),
        ("Product.@id", ["/p#1"]),
        ("Product.description", ["strong"]),
        ("Product.weight", []),
        ("Product.nothing.at.all", []),
        ("https://schema.org/Offer.price", ["4.50", 6]),
        ("*Article.headline", ["News"]),
        ("Offer", GRAPH["@graph"][0]["offers"]),  # type: ignore[index]
        ("Recipe", []),
        ("*.headline", ["News"]),
    ],
)
def test_objects_are_found_by_type_wherever_they_are(selector: str, found: list[object]):
    body = blocks(json.dumps(GRAPH))

    assert read(selector, body) == (found, {})
    assert read(selector, body, first=True) == (found[:1], {})


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "A", "n": "x\ty"}',
        '\n<!-- {"@type": "A", "n": "x\\ty"} -->\n',
        '//<![CDATA[\n{"@type": "A", "n": "x\\ty"}\n//]]>',
        '/* <![CDATA[ */ {"@type": "A", "n": "x\\ty"} /* ]]> */',
        '<![CDATA[{"@type": "A", "n": "x\\ty"}]]>',
        '{"@type": "A", "n": "x\\ty"};',
        '{"@type": "A", "n": "x\\ty",}',
        '[{"@type": "A", "n": "x\\ty"},]',
        '{"@type": "A", /* note */ "n": "x\\ty"}',
    ],
)
def test_what_is_wrong_in_one_way_only_is_read_nevertheless(text: str):
    assert read("A.n", blocks(text)) == (["x\ty"], {})


@pytest.mark.parametrize(
    "text",
    [
        "{oops",
        '{"@type": "A"} {"@type": "A"}',
        "&quot;",
        '{"@type": "A" "n": 1}',
        "var x = {}",
        "[" * 5000,
        '{"a": "\\',
    ],
)
def test_a_block_that_cannot_be_read_is_left_out_and_counted(text: str):
    found = read("A.n", blocks(text, '{"@type": "A", "n": 1}'))

    assert found == ([1], {"a block of JSON-LD cannot be read": 1})


def test_an_empty_block_is_none():
    assert read("A", blocks("", "  \n ")) == ([], {})


def test_numbers_that_json_does_not_have_are_null():
    assert read("A", blocks('{"@type": "A", "n": NaN, "m": 1e999}')) == (
        [{"@type": "A", "n": None, "m": None}],
        {},
    )


def test_half_a_surrogate_pair_is_replaced():
    assert read("A.n", blocks('{"@type": "A", "n": "\\ud83d!"}'))[0] == ["\ufffd!"]


def test_only_blocks_of_the_right_media_type_are_read():
    scripts = [
        '<script type="application/json">{"@type": "A", "n": 1}</script>',
        '<script type="application/LD+JSON; charset=utf-8">{"@type": "A", "n": 2}</script>',
    ]

    assert read("A.n", "".join(scripts))[0] == [2]


def test_in_a_row_only_its_own_blocks_are_read():
    parser = make_parser(HtmlParser)
    select = parser.compile("A.n", "jsonld", False)
    rows = "".join(f"<li>{blocks(json.dumps({'@type': 'A', 'n': n}))}</li>" for n in (1, 2))
    root = parser.parse(make_page(rows, "text/html")).root

    assert [select(row) for row in root.iter("li")] == [[1], [2]]


@pytest.mark.parametrize(
    ("selector", "offset"),
    [("", 0), ("  ", 2), (".name", 0), ("Product.", 7), ("Product..a", 7), ("A b", 1), ("A[0]", 1)],
)
def test_a_mistake_is_named_with_its_place(selector: str, offset: int):
    with pytest.raises(SelectorError) as caught:
        make_parser(HtmlParser).compile(selector, "jsonld", True)

    assert caught.value.offset == offset


def test_references_that_go_round_in_circles_end():
    body = blocks(
        '[{"@id": "#a", "@type": "A", "b": {"@id": "#b"}}, {"@id": "#b", "a": {"@id": "#a"}, "n": 1}]'
    )

    assert read("A.b.a.b.a.b.n", body)[0] == [1]
