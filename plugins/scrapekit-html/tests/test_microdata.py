"""Items in a page's microdata, as the HTML standard says their values are."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scrapekit import PageError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser


def read(selector: str, body: str, *, first: bool = False) -> list[Any]:
    parser = make_parser(HtmlParser)
    select = parser.compile(selector, "microdata", first)
    page = make_page(f"<base href=/deep/><body>{body}", "text/html; charset=utf-8", "https://shop.test/x")
    return list(select(parser.parse(page).root))


def item(content: str, more: str = "") -> str:
    return f'<div itemscope itemtype="https://schema.org/Product" {more}>{content}</div>'


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("<b itemprop=v> two <i>words</i></b>", "two words"),
        ("<meta itemprop=v content=c>", "c"),
        ("<meta itemprop=v>", None),
        ("<a itemprop=v href=a>text</a>", "https://shop.test/deep/a"),
        ("<area itemprop=v href=/a>", "https://shop.test/a"),
        ("<link itemprop=v href=http://other.test/>", "http://other.test/"),
        ("<link itemprop=v href=mailto:a@b.test>", "mailto:a@b.test"),
        ("<a itemprop=v>text</a>", None),
        ("<img itemprop=v src=i.png alt=x>", "https://shop.test/deep/i.png"),
        ("<video itemprop=v src=v.mp4></video>", "https://shop.test/deep/v.mp4"),
        ("<iframe itemprop=v src=f></iframe>", "https://shop.test/deep/f"),
        ("<object itemprop=v data=o></object>", "https://shop.test/deep/o"),
        ("<data itemprop=v value=5>five</data>", "5"),
        ("<meter itemprop=v value=0.5>half</meter>", "0.5"),
        ("<time itemprop=v datetime=2020-01-31>then</time>", "2020-01-31"),
        ("<time itemprop=v> 2020 </time>", "2020"),
        ("<b itemprop=v></b>", None),
        ("<b itemprop='v w'>both</b>", "both"),
        ("<b itemprop=v>1</b><p><b itemprop=v>2</b></p>", ["1", "2"]),
        ("<b itemprop=https://schema.org/v>full name</b>", "full name"),
    ],
)
def test_the_value_of_a_property_depends_on_its_element(content: str, value: object):
    [found] = read("Product", item(content))

    assert found.get("v") == value


NESTED = item(
    "<b itemprop=name>Tea</b>"
    '<div itemprop=offers itemscope itemtype="http://schema.org/Offer" itemid=/o/1>'
    "<meta itemprop=price content=4><b itemprop=seller>A</b></div>"
    "<div itemprop=offers itemscope><meta itemprop=price content=6></div>"
    "<div itemscope itemtype=Other><b itemprop=name>not of the product</b></div>"
)


def test_items_nest():
    assert read("Product", NESTED) == [
        {
            "@type": "Product",
            "name": "Tea",
            "offers": [
                {"@type": "Offer", "@id": "https://shop.test/o/1", "price": "4", "seller": "A"},
                {"price": "6"},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("Product.name", ["Tea"]),
        ("Product.offers.price", ["4", "6"]),
        ("http://schema.org/Offer.price", ["4"]),
        ("*.name", ["Tea", "not of the product"]),
        ("Recipe", []),
        ("Product.offers.1.price", ["6"]),
    ],
)
def test_keys_are_followed_over_lists(selector: str, found: list[object]):
    assert read(selector, NESTED) == found
    assert read(selector, NESTED, first=True) == found[:1]


def test_properties_elsewhere_are_named_by_itemref():
    body = "<i id=a><b itemprop=v>0</b></i>" + item("<b itemprop=v>1</b>", 'itemref="c a missing"')
    body += "<b id=c itemprop=v>2</b><b itemprop=v>no</b>"

    assert read("Product.v", body) == ["0", "1", "2"]


def test_an_item_that_holds_itself_ends():
    body = item("<b itemprop=v>1</b><i itemprop=w itemscope itemtype=W itemref=p></i>", "id=p itemprop=up")

    assert read("Product", body) == [{"@type": "Product", "v": "1", "w": {"@type": "W"}}]


def test_in_a_row_only_its_own_items_are_read():
    parser = make_parser(HtmlParser)
    select = parser.compile("Product.v", "microdata", False)
    rows = "".join(f"<li>{item(f'<b itemprop=v>{n}</b>')}</li>" for n in (1, 2))
    root = parser.parse(make_page(f"<ul>{rows}</ul>", "text/html")).root

    assert [select(row) for row in root.iter("li")] == [["1"], ["2"]]


@pytest.mark.slow
def test_a_hostile_page_is_refused_in_time():
    parts = "".join(f"<b itemprop=v>{n}</b>" for n in range(2000))
    body = f"<div id=all>{parts}</div>" + item("", "itemref=all") * 2000
    start = time.process_time()
    with pytest.raises(PageError) as caught:
        read("Product", body)

    assert str(caught.value) == "the microdata of the page refers to itself too often to be read"
    assert time.process_time() - start < 10


def test_items_that_hold_each_other_many_times_are_read_once():
    """Twenty levels, each naming the next one twice: a million paths, twenty items."""
    levels = "".join(
        f"<div id=a{n} itemscope itemtype=T{n} itemprop=x itemref='b{n} c{n}'></div>"
        f"<div id=b{n} itemprop=l itemscope itemref=a{n + 1}></div>"
        f"<div id=c{n} itemprop=r itemscope itemref=a{n + 1}></div>"
        for n in range(20)
    )

    assert len(read("T0", levels)) == 1
