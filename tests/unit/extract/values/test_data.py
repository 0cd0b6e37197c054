"""Values, rows and links from tables and from the data in a page, in whole recipes."""

from __future__ import annotations

import pytest

SHOP = """
<base href="/deep/">
<script type="application/ld+json">{"@graph": [
  {"@type": "Product", "name": "Assam", "@id": "#p", "url": "assam",
   "offers": [{"price": "4.50"}, {"price": 6}]},
  {"@type": "Product", "name": "Kenya", "url": "kenya", "offers": {"price": 5}}]}</script>
<script>var shop = {teas: [{n: 'a', u: 'a.html'}, {n: 'b', u: 'b.html'}], left: 0}; track({id: 7});</script>
<meta property=og:title content="Teas">
<table class=prices><tr><th>Tea<th>Price (EUR)</tr>
  <tr><td><a href=a>Assam</a><td>4,50</tr><tr><td><a href=b>Kenya</a> <i class=new>new</i><td>5</tr></table>
<table class=specs><tr><th>Weight:<td>5 kg<tr><th>Size<td>L</table>
<div itemscope itemtype=https://schema.org/Offer><meta itemprop=price content=9></div>
<i x-data="{ open: false, sizes: ['s', 'l'] }" onclick="show({id: 5})">x</i>
"""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("jsonld:Product.name", "Assam"),
        ("'jsonld: Product.name'", "Assam"),
        ("{ jsonld: Product.offers.price, all: true }", ["4.50", 6, 5]),
        ("{ jsonld: Product.offers.price, nth: -1 }", 5),
        ("{ jsonld: Product, nth: 1, attr: [nothing, url] }", "kenya"),
        ("jsonld:Product.@id", "#p"),
        ('{ jsonld: Product, then: { jsonpath: "$.offers[1].price" } }', 6),
        ("microdata:Offer.price", "9"),
        ("meta:og:title", "Teas"),
        ("{ meta: description, else: meta:og:title }", "Teas"),
        ("state:shop.teas.n", "a"),
        ("{ state: shop.left }", 0),
        ("{ state: track }", {"id": 7}),
        ('["state:shop.teas.n"]', ["a", "b"]),
        ('{ css: i, attr: x-data, then: "state:*.sizes", all: true }', ["s", "l"]),
        ("{ css: i, attr: onclick, then: { state: show.id } }", 5),
        ("row:Weight", "5 kg"),
        ("{ row: weight, regex: '(\\d+)' }", "5"),
        ("{ table: .specs }", {"Weight": "5 kg", "Size": "L"}),
        ("table:.specs", {"Weight": "5 kg", "Size": "L"}),
        ("{ table: .prices, all: true, then: { jsonpath: $.Tea } }", ["Assam", "Kenya new"]),
        (
            '["table:.prices"]',
            [{"Tea": "Assam", "Price (EUR)": "4,50"}, {"Tea": "Kenya new", "Price (EUR)": "5"}],
        ),
        ("{ table: .prices, row: Kenya*, column: Price* }", "5"),
        ("{ column: Tea, css: a, attr: href, all: true }", ["a", "b"]),
        ("{ column: Tea, css: 'a@href', nth: 1 }", "b"),
        ("{ column: Tea, remove: .new, nth: 1 }", "Kenya"),
        ("{ row: 2020, default: none, else: row:Size }", "L"),
    ],
)
def test_a_field_reads_data(trial, field, value):
    assert trial.value(field, SHOP) == value


def test_the_rows_of_a_table_have_columns_and_are_read_by_css_too(trial):
    rule = """
        item: tea
        each: { table: .prices }
        fields:
          name: { column: Tea, remove: .new }
          price: { column: Price*, type: price }
          url: { css: a, attr: href, pipe: [absolute_url] }
          first: td
    """

    assert [{**record, "price": float(record["price"])} for record in trial.records(rule, SHOP)] == [
        {"name": "Assam", "price": 4.5, "url": "https://shop.test/deep/a", "first": "Assam"},
        {"name": "Kenya", "price": 5.0, "url": "https://shop.test/deep/b", "first": "Kenya new"},
    ]


@pytest.mark.parametrize(
    ("each", "fields", "records"),
    [
        (
            "{ jsonld: Product }",
            "{ name: $.name, id: '$.@id', price: { jsonpath: '$..price', all: true } }",
            [
                {"name": "Assam", "id": "#p", "price": ["4.50", 6]},
                {"name": "Kenya", "id": None, "price": [5]},
            ],
        ),
        ("jsonld:Product.offers", "{ price: $.price }", [{"price": "4.50"}, {"price": 6}, {"price": 5}]),
        ("{ microdata: Offer }", "{ price: $.price }", [{"price": "9"}]),
        ("{ state: shop.teas }", "{ name: $.n }", [{"name": "a"}, {"name": "b"}]),
        (
            "{ table: .specs }",
            "{ weight: row:Weight, size: { row: Size } }",
            [{"weight": "5 kg", "size": "L"}],
        ),
    ],
)
def test_rows_may_be_data(trial, each, fields, records):
    assert trial.records(f"item: x\neach: {each}\nfields: {fields}", SHOP) == records


@pytest.mark.parametrize(
    "link",
    [
        "{ two: { jsonld: Product.url } }",
        "{ two: 'jsonld:Product.url' }",
        "{ two: { each: { jsonld: Product }, select: $.url, carry: { name: $.name } } }",
    ],
)
def test_links_may_stand_in_data(trial, link):
    requests = trial.read(f"item: x\nfields: {{ a: b }}\nlinks: {link}", SHOP).requests

    assert [each.url for each in requests] == ["https://shop.test/deep/assam", "https://shop.test/deep/kenya"]


def test_rows_of_a_list_of_objects_may_be_data(trial):
    rule = "item: x\nfields: { teas: { each: { state: shop.teas }, fields: { n: $.n } } }"

    assert trial.records(rule, SHOP) == [{"teas": [{"n": "a"}, {"n": "b"}]}]


def test_a_broken_block_of_json_ld_is_counted_in_the_report(trial):
    outcome = trial.read(
        "item: x\nfields: { a: jsonld:A.n, t: p }", "<script type=application/ld+json>{</script><p>x"
    )

    assert dict(outcome.notes) == {"a block of JSON-LD cannot be read": 1}


@pytest.mark.parametrize(
    ("rule", "complaint", "place"),
    [
        ("fields: { a: jsonld:Product..x }", 'expected a key, found "."', "."),
        ("fields: { a: { jsonld: .name } }", "expected a type such as Product, or *", "."),
        ("fields: { a: { state: 'a[0]' } }", 'expected a dot and a key, or the end, found "["', "["),
        ("fields: { a: { table: 'td[' } }", None, "'"),
        ("fields: { a: { column: ':' } }", "expected what the header says", ":"),
        (
            "parser: json\nitem: x\nfields: { a: { jsonld: Product } }",
            "the json parser does not read jsonld; the json parser reads jsonpath; for jsonld the page needs "
            "`parser: html`",
            "Product",
        ),
        (
            "each: header:x-rows\nfields: { a: b }",
            '"header" finds text, not rows or links; the html parser reads css, xpath, table, row, column, '
            "jsonld, microdata, meta and state",
            "header:",
        ),
        ("fields: { a: { css: p, jsonld: A } }", None, "A"),
        (
            "fields: { a: { row: Weight, header: date } }",
            '"header" is about the answer, not about a place in a table',
            "date",
        ),
    ],
)
def test_a_mistake_is_named_where_it_stands(trial, rule, complaint, place):
    rule = rule if "item:" in rule else f"item: x\n{rule}"

    [said] = trial.complaints(rule)
    assert complaint is None or said == complaint
    assert trial.place(rule) == place


def test_the_words_of_table_cells_serve_whatever_parser_reads_columns(trial):
    rule = """
        parser: csv
        item: tea
        each: "*"
        fields: { name: tea, price: { column: price }, euros: { column: price, regex: '(\\d+)' } }
    """

    assert trial.records(rule, "tea,price\nAssam,4.50\n", content_type="text/csv") == [
        {"name": "Assam", "price": "4.50", "euros": "4"}
    ]
