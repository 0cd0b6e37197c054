"""Records made of several pages, from a recipe to the file: a real site on the loopback, a real run."""

from __future__ import annotations

import pytest

from scrapekit.run import StopSignal


def listing(*names: str) -> str:
    return "".join(f"<li><a href='/{name}'>{name}</a><i>{len(name)}</i></li>" for name in names)


DETAIL = """\
listing:
  item: product
  each: li
  detail: { url: "{{ item.url }}", page: product }
  fields: { name: a, url: a@href, size: { css: i, type: int } }
product:
  fields:
    price: { css: .price, type: price }
    label: "{{ item.name }} at {{ item.price }}"
"""


async def test_a_detail_page_completes_the_record_of_a_row(shop, site):
    site.pages = {"/": listing("tea", "cup")} | {
        f"/{n}": f"<p class=price>€ {p}" for n, p in [("tea", "3.50"), ("cup", "12")]
    }

    records = await shop.run(DETAIL)

    assert records == [
        {"name": "cup", "url": "/cup", "size": 3, "price": 12, "label": "cup at 12"},
        {"name": "tea", "url": "/tea", "size": 3, "price": 3.50, "label": "tea at 3.50"},
    ]
    assert shop.report.outcome == "complete"
    assert shop.report.seen == 3
    assert sorted(site.fetches()) == ["/", "/cup", "/tea"]


async def test_a_record_without_its_detail_page_is_kept_with_empty_fields_and_counted(shop, site):
    site.pages = {"/": listing("tea", "cup"), "/tea": "<p class=price>3"}

    records = await shop.run(DETAIL)

    assert records[0] == {"name": "cup", "url": "/cup", "size": 3, "price": None, "label": "cup at "}
    assert records[1]["price"] == 3
    assert shop.report.notes == {"product without its page: listing detail: product": 1}
    assert shop.report.verdicts == {"ok": 2, "failed": 1}


async def test_a_required_field_of_a_page_that_fails_drops_the_record(shop, site):
    site.pages = {"/": listing("tea", "cup"), "/tea": "<p class=price>3"}

    records = await shop.run(DETAIL.replace("type: price }", "type: price, required: true }"))

    assert [record["name"] for record in records] == ["tea"]
    assert "product dropped: price is required" in str(shop.report.notes)


async def test_one_request_serves_all_fields_that_name_the_same_address(shop, site):
    site.pages = {
        "/": listing("tea", "cup"),
        "/tea": "<p class=price>3</p><p class=by>Ann</p>",
        "/cup": "<p class=price>4</p><p class=by>Bob</p>",
        "/who/Ann": "<b>Annapolis</b>",
        "/who/Bob": "<b>Boston</b>",
    }

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          fields:
            name: a
            url: a@href
            price: { at: "{{ item.url }}", css: .price, type: price }
            by: { at: "{{ item.url }}", css: .by }
            town: { at: "/who/{{ item.by }}", css: b }
            all: "{{ item.name }} of {{ item.by }} in {{ item.town }}"
        """
    )

    assert [record["all"] for record in records] == ["cup of Bob in Boston", "tea of Ann in Annapolis"]
    assert [record["price"] for record in records] == [4, 3]
    assert sorted(site.fetches()) == ["/", "/cup", "/tea", "/who/Ann", "/who/Bob"]


async def test_records_that_ask_the_same_page_share_one_request(shop, site):
    site.pages = {
        "/": listing("tea", "cup") + "<a class=next href='/2'>",
        "/2": listing("pot") + "<a class=next href='/3'>",
        "/3": listing("jug", "mug"),
        "/maker": "<b>Stoke</b>",
    }

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          fields: { name: a, town: { at: /maker, css: b }, city: { at: /maker, css: b } }
          paginate: { next: a.next }
        """
    )

    assert len(records) == 5
    assert {record["city"] for record in records} == {"Stoke"}
    assert site.fetches().count("/maker") == 1


async def test_a_value_goes_on_over_the_following_pages(shop, site):
    site.pages = {
        "/": listing("tea"),
        "/tea": "<p>one</p><p>two</p><a class=next href='/tea/2'>",
        "/tea/2": "<p>three</p><a class=next href='/tea/3'>",
        "/tea/3": "<p>four</p><a class=next href='/tea'>",
    }

    records = await shop.run(
        """\
        listing:
          links: { story: a }
        story:
          item: story
          fields:
            url: "{{ page.url }}"
            text: { css: p, all: true, pages: { next: a.next }, pipe: [upper, { join: " " }] }
            words: { css: p, all: true, pages: { next: a.next, max: 2 } }
        """
    )

    assert records == [
        {"url": f"{site.url}/tea", "text": "ONE TWO THREE FOUR", "words": ["one", "two", "three"]}
    ]


async def test_a_redirect_on_the_way_keeps_the_question(shop, site):
    site.pages = {"/": listing("tea", "cup"), "/new": "<p class=price>3"}
    site.moved = {"/tea": "/new", "/cup": "/new"}

    records = await shop.run(DETAIL)

    assert [record["price"] for record in records] == [3, 3]


async def test_a_run_that_is_stopped_goes_on_with_the_records_that_wait(shop, site):
    names = [f"n{number}" for number in range(30)]
    site.pages = {"/": listing(*names)} | {f"/{name}": f"<p class=price>{name[1:]}" for name in names}
    stop = StopSignal()
    site.on_ask = lambda path: stop.drain() if path == "/n10" else None

    before = await shop.run(DETAIL, stop=stop)
    first = shop.report
    site.on_ask = lambda path: None
    records = await shop.run(DETAIL)

    assert (before, first.outcome) == ([], "interrupted")
    assert sorted(record["price"] for record in records) == list(range(30))
    assert len(site.fetches()) == len(set(site.fetches())) == 31


@pytest.mark.parametrize("limit", [1, 5, 12])
async def test_a_limit_counts_records_that_are_complete(shop, site, limit):
    names = [f"n{number}" for number in range(30)]
    site.pages = {"/": listing(*names)} | {f"/{name}": f"<p class=price>{name[1:]}" for name in names}

    records = await shop.run(DETAIL, limit=limit)

    assert len(records) == limit == shop.report.records["product"]
    assert all(record["price"] is not None for record in records)
    assert shop.report.outcome == "limit reached"
