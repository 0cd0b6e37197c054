"""Whole recipes read from files, with the real parsers and filters, page by page."""

from __future__ import annotations

import json
from decimal import Decimal
from textwrap import dedent

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request


@pytest.fixture
def plan(tmp_path):
    """Make a plan from a recipe's text, its first two lines given."""

    def make(text, **inputs):
        path, problems = tmp_path / "recipe.yaml", Problems()
        path.write_text("scrapekit: 1\nname: shop\n" + dedent(text), encoding="utf-8")
        recipe = load_recipe(path, inputs=inputs, overrides=(), environ={}, problems=problems)
        made = compile_plan(recipe, Plugins(), problems, output=tmp_path)
        problems.raise_if_any()
        return made

    return make


def answer(request, body, content_type="text/html; charset=utf-8"):
    return Page(request, request.url, 200, {"content-type": content_type}, body.encode())


def read(plan, rule, body, url="https://shop.test/x", **more):
    return plan.callback(rule)(answer(Request(url, rule, **more), body))


def records(outcome):
    return [dict(item.fields) for item in outcome.items]


SHOP = """
    seeds: { listing: https://shop.test/ }
    pages:
      listing:
        links:
          product:
            each: article
            css: h3 a
            carry: { shelf: { xpath: "preceding::h2[1]" }, position: "@data-n" }
      product:
        item: product
        key: sku
        fields:
          sku: { css: .sku, required: true, pipe: ["trim", { regex: 'SKU (\\w+)' }] }
          title: h1
          price: { css: .price, type: price }
          old_price: { css: .old, type: price, default: 0 }
          shelf: "{{ parent.shelf }}"
          label: "{{ item.title | upper }} ({{ item.sku }})"
          bargain: { const: yes please, when: "price < 10 and title" }
          tags: [a.tag]
          images: { css: img, attr: [data-src, src], all: true, pipe: [absolute_url] }
          seller: { fields: { name: .seller b, page: .seller a@href } }
          reviews:
            each: .review
            fields: { stars: { css: "i.on@class", all: true, pipe: [count] }, text: p }
          color: { css: .color, else: ["meta[name=color]@content", { const: unknown }] }
"""

PRODUCT = """
<base href=/media/><h1>Teapot</h1><p class=sku> SKU  A7 </p><p class=price>€ 9,50</p>
<a class=tag>tea</a><a class=tag></a><a class=tag>pot</a>
<img src=a.jpg><img data-src=/b.jpg src=dot.gif>
<div class=seller><b>Zoe</b><a href=/s/1>her shop</a></div>
<div class=review><i class=on></i><i class=on></i><p>good</div><div class=review><p>bad</div>
<meta name=color content=blue>
"""


def test_a_product_page_gives_everything_its_recipe_asks_for(plan):
    outcome = read(plan(SHOP), "product", PRODUCT, carry={"shelf": "Kitchen"})

    assert (outcome.verdict, outcome.notes) == (Verdict.OK, {})
    assert outcome.items[0].key == "A7"
    assert records(outcome) == [
        {
            "sku": "A7",
            "title": "Teapot",
            "price": Decimal("9.50"),
            "old_price": 0,
            "shelf": "Kitchen",
            "label": "TEAPOT (A7)",
            "bargain": "yes please",
            "tags": ["tea", "pot"],
            "images": ["https://shop.test/media/a.jpg", "https://shop.test/b.jpg"],
            "seller": {"name": "Zoe", "page": "/s/1"},
            "reviews": [{"stars": 2, "text": "good"}, {"stars": 0, "text": "bad"}],
            "color": "blue",
        }
    ]


def test_a_product_without_its_number_is_dropped_and_the_page_is_empty(plan):
    outcome = read(plan(SHOP), "product", PRODUCT.replace("SKU", "No"))

    assert (outcome.verdict, outcome.reason) == (Verdict.EMPTY, "its only product was dropped or left out")
    assert outcome.notes == {"product dropped: sku is required": 1}


def test_links_carry_what_stands_around_their_row(plan):
    body = """<h2>Tea</h2><article data-n=1><h3><a href=/1>A</a></h3></article>
    <h2>Pots</h2><article data-n=2><h3><a href=/2>B</a></h3></article>"""

    outcome = read(plan(SHOP), "listing", body)

    assert [(request.url, dict(request.carry)) for request in outcome.requests] == [
        ("https://shop.test/1", {"shelf": "Tea", "position": "1"}),
        ("https://shop.test/2", {"shelf": "Pots", "position": "2"}),
    ]


API = """
    inputs: { size: 2 }
    seeds:
      search:
        url: https://api.test/search
        json: { query: { text: "{{ each.q }}" }, page: { size: "{{ inputs.size }}" } }
        each: { q: [tea, pots] }
        carry: { q: "{{ each.q }}" }
    pages:
      search:
        parser: json
        items:
          hit:
            each: $.hits[*]
            where: "stock > 0 or vintage == true"
            fields:
              id: $.id
              query: "{{ parent.q }}"
              stock: { jsonpath: $.stock, type: int, default: 0 }
              vintage: $.vintage
              names: ["$.names[*].text"]
              maker: { fields: { name: $.maker.name, town: $.maker.town } }
        links:
          detail:
            each: $.hits[*]
            url: "https://api.test/items/{{ item.id }}?lang=en"
            when: item.stock == 0
            carry: { id: $.id, stock: $.stock }
        paginate: { cursor: { from: $.next, param: page.after }, in: json }
      detail:
        parser: json
        item: detail
        fields: { id: "{{ parent.id }}", text: $.text }
"""


def hits(*found, after=None):
    return json.dumps({"hits": list(found), "next": after})


def test_each_seed_of_an_api_pages_on_its_own_with_its_own_body_and_carry(plan):
    made = plan(API)
    first, second = made.seeds()

    outcomes = [
        made.callback("search")(answer(seed, hits({"id": number, "stock": 1}, after=f"c{number}")))
        for number, seed in enumerate((first, second))
    ]

    assert [json.loads(outcome.requests[-1].body) for outcome in outcomes] == [
        {"query": {"text": "tea"}, "page": {"size": 2, "after": "c0"}},
        {"query": {"text": "pots"}, "page": {"size": 2, "after": "c1"}},
    ]
    assert [outcome.requests[-1].carry["q"] for outcome in outcomes] == ["tea", "pots"]
    assert [request.method for outcome in outcomes for request in outcome.requests] == ["POST", "POST"]


def test_zero_false_and_null_of_a_json_page_stay_what_they_are(plan):
    made = plan(API)
    row = {"id": 0, "stock": 5, "vintage": False, "names": [{"text": "a"}, {"text": ""}, {}], "maker": None}

    outcome = made.callback("search")(answer(next(made.seeds()), hits(row)))

    assert records(outcome) == [
        {"id": 0, "query": "tea", "stock": 5, "vintage": False, "names": ["a"], "maker": None}
    ]
    assert list(outcome.notes) == ["links to detail: left out by when", "paging search stopped: no cursor"]


def test_rows_may_lead_to_pages_whose_addresses_are_made_from_them(plan):
    made = plan(API)

    outcome = made.callback("search")(
        answer(next(made.seeds()), hits({"id": 7, "stock": 0}, {"id": 8, "stock": 2}))
    )
    [link] = outcome.requests
    [detail] = made.callback("detail")(answer(link, '{"text": "t"}')).items

    assert (link.url, link.method) == ("https://api.test/items/7?lang=en", "GET")
    assert dict(detail.fields) == {"id": 7, "text": "t"}
    assert [item["id"] for item in records(outcome)] == [8]


def test_what_is_no_json_fails_the_page_with_the_parsers_reason(plan):
    made = plan(API)

    outcome = made.callback("search")(answer(next(made.seeds()), "<html>busy</html>"))

    assert (outcome.verdict, outcome.items, outcome.requests) == (Verdict.FAILED, (), ())
    assert outcome.reason == (
        'pages.search: parser json: not JSON: expecting value; the body begins with "<html>busy</html>"'
    )


FEED = """
    seeds: { map: https://shop.test/sitemap.xml }
    pages:
      map:
        parser: xml
        links: { page: "//*[local-name() = 'loc']" }
      page: { item: page, fields: { title: h1 } }
"""


def test_the_links_of_an_xml_page_are_the_texts_of_its_elements(plan):
    body = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc> https://shop.test/a </loc></url><url><loc>https://shop.test/b.pdf</loc></url></urlset>"""

    outcome = read(plan(FEED), "map", body)

    assert [request.url for request in outcome.requests] == ["https://shop.test/a"]
    assert outcome.notes == {"links to page: a file, not a page": 1}


TABLE = """
    seeds: { one: https://shop.test/ }
    pages:
      one:
        item: row
        each: table tr
        where: name
        limit: 2
        fields:
          name: { css: td, nth: 0 }
          last: { css: td, nth: -1, type: int }
          above: { xpath: "ancestor::table/@id" }
          id: "re:#(\\\\d+)"
        paginate: { page: { param: p, last: .pager }, max_pages: 5 }
"""


def test_rows_see_themselves_their_ancestors_and_their_own_text(plan):
    body = """<p>#9</p><table id=t><tr><th>Name</th></tr><tr><td>A #1</td><td>x</td><td>3</td></tr>
    <tr><td>B</td><td>many</td></tr><tr><td>C #2</td><td>4</td></tr><tr><td>D</td><td>5</td></tr></table>
    <b class=pager>1 … 3</b>"""

    outcome = read(plan(TABLE), "one", body)

    assert records(outcome) == [
        {"name": "A #1", "last": 3, "above": "t", "id": "1"},
        {"name": "C #2", "last": 4, "above": "t", "id": "2"},
    ]
    assert outcome.notes == {"row left out by where": 1, "row dropped: last is not an int": 1}
    assert [request.url for request in outcome.requests] == ["https://shop.test/x?p=2"]


def test_every_mistake_that_only_the_parts_can_see_is_told_at_its_place(plan, tmp_path):
    with pytest.raises(RecipeError) as caught:
        plan(
            """
            seeds: { one: https://shop.test/ }
            pages:
              one:
                item: thing
                fields:
                  a: "h1::txt"
                  b: { css: h1, pipe: [upper, { round: 1 }] }
                  c: { css: h1, pipe: [join] }
                  d: "json:$.x"
                  e: "{{ item.f }}"
                  f: { css: h1, when: "e == 1" }
                  g: { css: h1, pipe: [{ truncate: { length: 3, nothing: 1 } }] }
            export: out/x.jsonl
            """
        )

    words = str(caught.value).replace(str(tmp_path), "").split("\n")
    assert [line for line in words if line.startswith("/recipe.yaml:")] == [
        "/recipe.yaml:9:13: pages.one.fields.a: unknown pseudo-element ::txt",
        "/recipe.yaml:10:37: pages.one.fields.b.pipe: upper gives text, but round takes number",
        "/recipe.yaml:11:28: pages.one.fields.c.pipe: the field gives text, but join takes list",
        "/recipe.yaml:12:11: pages.one.fields.d: the html parser does not read jsonpath",
        "/recipe.yaml:13:10: pages.one.fields: these fields need each other: e → f → e",
        '/recipe.yaml:15:53: pages.one.fields.g.pipe.truncate.nothing: unknown key "nothing"',
    ]


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("//h1", "an XPath is marked as one: xpath://h1"),
        ("./h1/text()", "an XPath is marked as one: xpath:./h1/text()"),
        ("$.title", "a JSONPath is for JSON pages, whose rule says `parser: json`"),
    ],
)
def test_a_selector_in_another_language_than_the_pages_gets_a_hint(plan, selector, hint):
    with pytest.raises(RecipeError) as caught:
        plan(f"seeds: https://shop.test/\npages: {{ p: {{ item: x, fields: {{ title: '{selector}' }} }} }}")

    assert [problem.hint for problem in caught.value.problems] == [hint]
