"""Both parsers keep what every parser promises."""

from __future__ import annotations

from scrapekit.testing import check_parser, make_page
from scrapekit_html.html import HtmlParser
from scrapekit_html.javascript import JavascriptParser
from scrapekit_html.xml import XmlParser

SHOP = """<!DOCTYPE html><html><head><title>Shop</title><script>var a = "<h1>";</script></head><body>
<h1>Tea &amp; more</h1>
<ul id="list"><li class="row new"><a href="/a">Assam</a> <b class="price">4.50</b></li>
<li class="row"><a href="/b">Darjeeling</a> <b class="price">6</b></li></ul>
<table><tr><th>UPC</th><td>17</td></tr><tr><th>Stock</th><td>3</td></tr></table>
<table id="prices"><tr><th>Tea</th><th>Price</th></tr><tr><td>Assam</td><td>4</td></tr></table>
<div itemscope itemtype="https://schema.org/Offer"><b itemprop="price">4.50</b></div>
<meta name="description" content="Teas"><script>var shop = {open: true, teas: ["Assam", 'Kenya']}</script>
<script type="application/ld+json">{"@type": "Product", "name": "Assam", "offers": [{"price": 4.5}]}</script>
</body></html>"""

FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://m.test/"><title>Teas</title>
<entry m:id="1"><title>Assam</title><m:price cur="EUR">4.50</m:price></entry>
<entry m:id="2"><title>Darjeeling</title><m:price cur="EUR">6</m:price></entry></feed>"""


def test_the_html_parser_keeps_its_promises():
    check_parser(
        HtmlParser,
        make_page(SHOP, "text/html; charset=utf-8"),
        {
            "h1": ["Tea & more"],
            ".price": ["4.50", "6"],
            "li.new a": ["Assam"],
            "#list a": ["Assam", "Darjeeling"],
            "#list > li + li b": ["6"],
            "th:contains('UPC') + td": ["17"],
            "a::attr(href)": ["/a", "/b"],
            "h1, .row:first-child b::text": ["Tea & more", "4.50"],
            "nav": [],
            ("xpath", "//li/@class"): ["row new", "row"],
            ("xpath", "count(//li)"): [2],
            ("table", "#prices"): ["Assam 4"],
            ("row", "stock"): ["3"],
            ("column", "Price"): ["4"],
            ("jsonld", "Product.offers.price"): [4.5],
            ("jsonld", "Product.name"): ["Assam"],
            ("microdata", "Offer"): [{"@type": "Offer", "price": "4.50"}],
            ("meta", "description"): ["Teas"],
            ("state", "shop.teas"): ["Assam", "Kenya"],
        },
        refused=[
            "",
            "h1::txt",
            "a:hover",
            "li:nth-child(x)",
            "a,",
            "[href",
            ("xpath", "//a["),
            ("xpath", "a:b"),
            ("table", "td["),
            ("row", ""),
            ("column", " "),
            ("jsonld", "Product..name"),
            ("microdata", ".name"),
            ("meta", ""),
            ("state", "a[0]"),
        ],
    )


def test_the_javascript_parser_keeps_its_promises():
    check_parser(
        JavascriptParser,
        make_page("callback({teas: [{n: 'Assam'}, {n: 'Kenya'}], more: null})", "text/javascript"),
        {"callback.teas.n": ["Assam", "Kenya"], "*.teas.1.n": ["Kenya"], "callback.more": []},
        refused=["", "a b", "a..b", "5"],
    )


def test_the_xml_parser_keeps_its_promises():
    check_parser(
        XmlParser,
        make_page(FEED, "application/atom+xml"),
        {
            "//a:entry/a:title": ["Assam", "Darjeeling"],
            "//m:price": ["4.50", "6"],
            "//a:entry/@m:id": ["1", "2"],
            "//nothing": [],
            ("css", "entry > title"): ["Assam", "Darjeeling"],
            ("css", "m|price[cur=EUR]"): ["4.50", "6"],
        },
        refused=["", "//x:a", "//a[", "f()", ("css", "x|a"), ("css", "a::b")],
        options='{namespaces: {a: "http://www.w3.org/2005/Atom", m: "http://m.test/"}}',
    )
