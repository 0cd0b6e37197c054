"""Records made of several pages, where something is special: chains, failures, limits, mistakes."""

from __future__ import annotations

import json

import pytest

from scrapekit.cli.summary import summarize
from scrapekit.errors import RecipeError


def rows(*names: str) -> str:
    return "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in names)


async def test_pages_lead_to_further_pages_and_know_the_fields_before(shop, site):
    site.pages = {
        "/": rows("tea"),
        "/tea": "<h1>Green tea</h1><a class=maker href='/m/7'>",
        "/m/7": "<h1>Ann</h1><a class=town href='/t/1'>",
        "/t/1": '{"name": "Stoke", "since": "2001-02-03"}',
    }

    [record] = await shop.run(
        """\
        listing:
          item: product
          each: li
          detail: { css: a, page: product }
          fields: { name: a }
        product:
          detail: { css: a.maker, page: maker }
          fields: { title: h1 }
        maker:
          fields:
            by: h1
            of: "{{ parent.title }} of {{ parent.name }}"
            town: { at: { css: a.town, parser: json }, jsonpath: name }
            since: { at: { css: a.town, parser: json }, jsonpath: since, type: date }
            page: "{{ page.url }}"
        """
    )

    assert record == {
        "name": "tea", "title": "Green tea", "by": "Ann", "of": "Green tea of tea", "town": "Stoke",
        "since": "2001-02-03", "page": f"{site.url}/m/7",
    }  # fmt: skip
    assert site.fetches() == ["/", "/tea", "/m/7", "/t/1"]


async def test_a_page_that_is_a_detail_may_be_a_page_of_its_own_too(shop, site):
    site.pages = {"/": rows("tea"), "/tea": "<h1>Tea</h1><a href='/cup'>", "/cup": "<h1>Cup</h1>"}

    records = await shop.run(
        """\
        listing:
          items:
            row: { each: li, fields: { a: a }, detail: { css: a, page: product } }
          links: { product: a }
        product:
          item: product
          fields: { title: h1 }
          links: { product: a }
        """
    )

    assert sorted(map(str, records)) == [
        "{'a': 'tea', 'title': 'Tea'}", "{'title': 'Cup'}", "{'title': 'Tea'}"
    ]  # fmt: skip
    assert sorted(site.fetches()) == ["/", "/cup", "/tea", "/tea"]


@pytest.mark.parametrize(("where", "asked"), [("name != 'cup'", 1), ("title != 'Cup'", 2)])
async def test_where_is_asked_before_the_other_page_if_it_can_be(shop, site, where, asked):
    site.pages = {"/": rows("tea", "cup"), "/tea": "<h1>Tea</h1>", "/cup": "<h1>Cup</h1>"}

    records = await shop.run(
        f"""\
        listing:
          item: product
          each: li
          where: {where}
          detail: {{ css: a, page: product }}
          fields: {{ name: a }}
        product: {{ fields: {{ title: h1 }} }}
        """
    )

    assert records == [{"name": "tea", "title": "Tea"}]
    assert len(site.fetches()) == 1 + asked
    assert shop.report.notes == {"product left out by where": 1}


async def test_fallbacks_and_defaults_stand_in_for_a_page_that_fails(shop, site):
    site.pages = {"/": rows("tea", "cup"), "/tea": "<h1>Tea</h1><i>3</i>"}

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          key: code
          fields:
            name: a
            url: a@href
            title: { at: "{{ item.url }}", css: h1, else: "{{ item.name }}?" }
            price: { at: "{{ item.url }}", css: i, type: price, default: 0 }
            code: { css: a, when: price > 0, else: "none: {{ item.title }}" }
        """
    )

    assert [(record["title"], record["price"], record["code"]) for record in records] == [
        ("cup?", 0, "none: cup?"), ("Tea", 3, "tea"),
    ]  # fmt: skip


async def test_every_kind_of_value_survives_the_wait(shop, site):
    site.pages = {
        "/": "<li><a href='/x'>x</a><b>1.230000000000000000001</b><i>2024-01-31T12:00:00Z</i></li>",
        "/x": "<u>0.10</u>",
    }

    [record] = await shop.run(
        """\
        listing:
          item: product
          each: li
          detail: { css: a, page: more }
          fields:
            exact: { css: b, type: decimal }
            at_noon: { css: i, type: datetime }
            all: { fields: { day: { css: i, type: date }, none: u } }
        more:
          fields:
            small: { css: u, type: decimal }
            sum: "{{ item.exact + item.small }}"
        """
    )

    assert json.dumps(record["exact"]) in ("1.230000000000000000001", '"1.230000000000000000001"', "1.23")
    assert record["at_noon"].startswith("2024-01-31T12:00:00")
    assert record["all"] == {"day": "2024-01-31", "none": None}
    assert float(record["sum"]) == pytest.approx(1.33)


async def test_rows_go_on_over_pages_of_their_own(shop, site):
    site.pages = {
        "/": "<li>a<p>1</p><a href='/a2'></a></li><li>b<p>1</p></li><li>c<p>1</p><a href='/c2'></a></li>",
        "/a2": "<p>2</p><p>3</p><a href='/a3'></a>",
        "/a3": "<p>4</p><a href='/a2'></a>",
        "/c2": "<p>2</p><a href='/c3'></a>",
    }

    records = await shop.run(
        """\
        listing:
          item: thread
          each: li
          fields:
            name: re:^(\\w)
            posts: { css: p, all: true, type: int, pages: { next: a } }
            count: { css: p, all: true, pages: { next: a }, pipe: [count] }
        """
    )

    assert records == [
        {"name": "a", "posts": [1, 2, 3, 4], "count": 4},
        {"name": "b", "posts": [1], "count": 1},
        {"name": "c", "posts": [1, 2], "count": 2},
    ]
    assert shop.report.notes["thread cut short: listing pages: posts"] == 1


async def test_a_page_out_of_scope_is_not_asked_for(shop, site):
    site.pages = {"/": rows("tea"), "/tea": "<a class=m href='/m'>", "/m": "<b>x</b>"}

    [record] = await shop.run(
        """\
        listing:
          item: product
          each: li
          fields:
            name: a
            away: { at: "http://elsewhere.test/", css: b }
            deeper: { at: "{{ item.first }}", css: b }
            first: { at: a, css: a.m@href }
        """
    )

    assert (record["away"], record["deeper"], record["first"]) == (None, "x", "/m")
    assert shop.report.notes == {
        "listing at: away: out of scope": 1,
        "product without its page: listing at: away": 1,
    }
    assert shop.report.joins["listing at: away"] == {"unasked": 1}


async def test_a_page_deeper_than_the_crawl_may_go_is_not_asked_for(shop, site):
    site.pages = {"/": rows("tea"), "/tea": "<a class=m href='/m'>", "/m": "<b>x</b>"}

    [record] = await shop.run(
        """\
        listing:
          item: product
          each: li
          fields: { name: a, next: { at: a, css: a.m@href }, deeper: { at: "{{ item.next }}", css: b } }
        """,
        overrides=[("crawl.depth", "1")],
    )

    assert (record["next"], record["deeper"]) == ("/m", None)
    assert "listing at: deeper: deeper than crawl.depth" in shop.report.notes


@pytest.mark.parametrize(
    ("invalid", "kept", "verdicts"),
    [
        ("keep", [("cup", None), ("tea", 3)], {"ok": 2, "empty": 1}),
        ("drop", [("tea", 3)], {"ok": 3}),
        ("quarantine", [("tea", 3)], {"ok": 3}),
        ("fail", [("tea", 3)], {"ok": 2, "failed": 1}),
    ],
)
async def test_an_invalid_field_of_another_page_is_dealt_with_like_any(shop, site, invalid, kept, verdicts):
    site.pages = {"/": rows("tea", "cup"), "/tea": "<i>3</i>", "/cup": "<i>none</i>"}

    records = await shop.run(
        f"""\
        listing:
          item: product
          each: li
          on_invalid: {invalid}
          detail: {{ css: a, page: more }}
          fields: {{ name: a }}
        more: {{ fields: {{ price: {{ css: i, type: int }} }} }}
        """
    )

    assert [(record["name"], record["price"]) for record in records] == kept
    assert shop.report.verdicts == verdicts
    if invalid == "quarantine":
        [line] = (shop.folder / "out" / "shop.quarantine.jsonl").read_text().splitlines()
        taken = json.loads(line)
        assert (taken["row"], taken["field"], taken["values"]["name"]) == (1, "price", "cup")
    if invalid == "fail":
        assert shop.report.failures[0].reason == "pages.more.fields.price: price is not an int"


async def test_what_answers_mean_holds_for_pages_of_records_too(shop, site):
    site.pages = {"/": rows("tea", "cup"), "/tea": "<h1>Tea</h1>", "/cup": "<p class=gone>Gone</p>"}

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          detail: { css: a, page: more }
          fields: { name: a }
        more:
          responses: [{ when: "css:.gone", then: skip }]
          fields: { title: h1 }
        """
    )

    assert [record["title"] for record in records] == [None, "Tea"]
    assert shop.report.verdicts == {"ok": 2, "skipped": 1}


async def test_a_budget_that_is_used_up_keeps_the_records_that_wait(shop, site):
    names = [f"n{number}" for number in range(20)]
    site.pages = {"/": rows(*names)} | {f"/{name}": f"<h1>{name}</h1>" for name in names}

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          detail: { css: a, page: more }
          fields: { name: a }
        more: { fields: { title: h1 } }
        """,
        overrides=[("crawl.budget.requests", "8"), ("crawl.per_host", "1")],
    )

    titled = [record for record in records if record["title"]]
    assert (len(records), shop.report.outcome) == (20, "limit reached")
    assert 5 <= len(titled) <= 8
    assert shop.report.notes["product without its page: listing detail: more"] == 20 - len(titled)
    assert shop.report.records_waiting == 0


async def test_the_report_reconciles_parents_and_children(shop, site):
    site.pages = {"/": rows("tea", "cup", "tea"), "/tea": "<h1>Tea</h1>"}

    await shop.run(
        """\
        listing:
          item: product
          each: li
          detail: { css: a, page: more }
          fields: { name: a }
        more: { fields: { title: h1 } }
        """
    )

    assert shop.report.pages == {
        "listing": {"seen": 1, "ok": 1},
        "listing detail: more": {"seen": 2, "ok": 1, "failed": 1},
    }
    assert shop.report.joins == {
        "listing detail: more": {"asked": 2, "shared": 1, "answered": 1, "failed": 1}
    }
    assert "pages of records\n  listing detail: more  2 asked, 1 answered, 1 failed, 1 shared" in summarize(
        shop.report
    )


BROKEN = [
    (
        "a: { at: '{{ item.b }}', css: p }, b: { at: '{{ item.a }}', css: p }",
        "these need each other: a → listing at: a → b → listing at: b → a",
    ),
    ("a: { at: '{{ item.c }}', css: p }", 'item has no "c"'),
    (
        "a: { at: /x, css: p }, b: { fields: { c: '{{ item.a }}' , d: p } }",
        "item.a is not known yet where this is read",
    ),
    ("a: { at: /x, css: p, pages: { next: a }, pipe: [upper, nothing] }", 'no filter is called "nothing"'),
    ("a: { at: { url: /x, parser: nothing }, css: p }", 'no parser is called "nothing"'),
    ("a: { at: { url: /x, parser: json }, css: p }", "the json parser does not read css"),
    ("a: { at: /x, css: 'p::bad' }", "unknown pseudo-element ::bad"),
]


@pytest.mark.parametrize(("fields", "message"), BROKEN)
async def test_a_mistake_is_told_before_anything_is_fetched(shop, site, fields, message):
    with pytest.raises(RecipeError) as caught:
        await shop.run(f"listing: {{ item: product, each: li, fields: {{ {fields} }} }}\n")

    assert [problem.message for problem in caught.value.problems] == [message]
    assert site.asked == []


@pytest.mark.parametrize(
    "key",
    [
        "sort: name",
        "unique: name",
        "explode: name",
        "join: { o: { each: b, on: name, fields: { name: i } } }",
    ],
)
async def test_what_compares_the_rows_of_a_page_cannot_stand_beside(shop, site, key):
    with pytest.raises(RecipeError) as caught:
        await shop.run(
            f"listing: {{ item: x, each: li, {key}, fields: {{ name: [a], b: {{ at: /x, css: p }} }} }}\n"
        )

    word = key.partition(":")[0]
    assert [problem.message for problem in caught.value.problems] == [
        f'"{word}" cannot stand beside at, detail, pages and download'
    ]
