"""Complaints 7 to 14 of users of other systems: child pages that are skipped, values lost on the way.

Joins and links drain every page of the parent, every page rule has a name, and a value has one type wherever
it is used. Nothing of these is outside.
"""

from __future__ import annotations

import pytest

from scrapekit.request import Request


def shelf(number: int, last: int = 3) -> str:
    """One of three pages, with four products each."""
    rows = "".join(f"<li><a href=/{number}-{n}>{number}-{n}</a></li>" for n in range(4))
    return rows + (f"<a class=next href=/p{number + 1}>on</a>" if number < last else "")


SHELVES = {f"/p{number}": shelf(number) for number in (1, 2, 3)} | {
    f"/{number}-{n}": f"<h1>Tea {number}-{n}</h1>" for number in (1, 2, 3) for n in range(4)
}
NAMES = [f"Tea {number}-{n}" for number in (1, 2, 3) for n in range(4)]


@pytest.mark.parametrize("paging", ["paginate: { next: a.next }", "links: { shelf: a.next }"])
@pytest.mark.parametrize(
    "join",
    [
        "product: li a } }\n  product: { item: tea, fields: { title: h1 } }",
        "} , item: tea, each: li, detail: { url: '{{ item.url }}', page: product },"
        "\n          fields: { url: a@href } }\n  product: { fields: { title: h1 } }",
        "}, item: tea, each: li, fields: { url: a@href, title: { at: '{{ item.url }}', css: h1 } } }",
    ],
)
async def test_children_of_every_page_of_their_parent_are_read(desk, site, paging, join):
    """c07, c08: only those of the first page were (airbyte#40734, #40573, dlt#3772, #3685)."""
    site.pages = dict(SHELVES)
    key, _, value = paging.partition(": ")
    links = value[1:-1].strip() + ", " if key == "links" else ""
    more = "" if key == "links" else paging + ", "
    recipe = f"seeds: SITE/p1\npages:\n  shelf: {{ {more}links: {{ {links}{join}\n"

    records = await desk.run(recipe.replace("links: { }", "links: {}"))

    assert sorted(record["title"] for record in records) == NAMES
    assert len(site.asked) == 3 + 12
    assert (desk.report.outcome, desk.report.seen) == ("complete", 15)


async def test_a_child_that_failed_is_counted_and_named(desk, site):
    """c08: two of three records were loaded and no error was shown (dlt#3772)."""
    site.pages = SHELVES | {"/2-1": (500, "")}

    records = await desk.run(
        """\
        seeds: SITE/p1
        pages:
          shelf:
            item: tea
            each: li
            fields: { id: a, title: { at: "/{{ item.id }}", css: h1 } }
            paginate: { next: a.next }
        """
    )

    assert (len(records), desk.report.verdicts) == (12, {"ok": 14, "failed": 1})
    assert [failure.url for failure in desk.report.failures] == [f"{site.url}/2-1"]
    assert {n: c for n, c in desk.report.notes.items() if not n.startswith("paging")} == {
        "tea without its page: shelf at: title": 1
    }


async def test_several_values_of_the_parent_reach_its_child(desk, site):
    """c09: only one field of the parent could be used, in the address alone (dlt#1922, #2190)."""
    site.pages = {
        "/": "<li data-shop=north data-id=7>Assam",
        "/north/tea/7": "<h1>Assam</h1><a href=/r>",
        "/r": "<p>fine",
    }

    records = await desk.run(
        """\
        seeds: SITE/
        pages:
          list:
            links:
              tea:
                each: li
                url: "/{{ item.shop }}/tea/{{ item.id }}"
                carry: { shop: "@data-shop", id: { css: "@data-id", type: int } }
          tea:
            links:
              review: { css: a, carry: { title: "{{ parent.id }} {{ parent.shop }}", id: "{{ parent.id }}" } }
          review: { item: review, fields: { text: p, title: "{{ parent.title }}", id: "{{ parent.id }}" } }
        """
    )

    assert records == [{"text": "fine", "title": "7 north", "id": 7}]


async def test_details_are_fetched_only_of_what_no_run_has_fetched(desk, site):
    """c10: it was impossible to say so (airbyte#28278)."""
    site.pages = {"/": "<li><a href=/1>1</a><li><a href=/2>2</a>"} | {
        f"/{n}": f"<h1>{n}</h1>" for n in (1, 2, 3)
    }
    recipe = """\
        seeds: SITE/
        seen: new
        pages:
          list: { links: { tea: { css: li a, seen: skip } } }
          tea: { item: tea, key: title, fields: { title: h1 } }
        export: [{ jsonl: { path: out/shop.jsonl, append: true } }]
    """

    await desk.run(recipe)
    site.pages["/"] = "<li><a href=/1>1</a><li><a href=/2>2</a><li><a href=/3>3</a>"
    records = await desk.run(recipe)

    assert site.asked == ["/", "/1", "/2", "/", "/3"]
    assert sorted(record["title"] for record in records) == ["1", "2", "3"]


@pytest.mark.parametrize(("budget", "asked"), [("requests: 5", 5), ("items: 2", None)])
async def test_a_budget_holds_for_all_pages_together_however_they_are_found(desk, site, budget, asked):
    """c11: limits did not reach derived endpoints (dlt#1597, #3099)."""
    site.pages = dict(SHELVES)

    await desk.run(
        """\
        seeds: SITE/p1
        pages:
          shelf: { links: { product: li a, shelf: a.next } }
          product: { item: tea, fields: { title: h1 } }
        """,
        overrides=[("crawl.budget", f"{{ {budget} }}")],
    )

    assert "crawl.budget" in desk.report.reason
    assert asked is None or len(site.asked) == asked


async def test_the_limit_of_a_run_counts_finished_records_of_child_pages(desk, site):
    """c11: the same for `--limit`."""
    site.pages = dict(SHELVES)

    records = await desk.run(
        """\
        seeds: SITE/p1
        pages:
          shelf: { links: { product: li a, shelf: a.next } }
          product: { item: tea, fields: { title: h1 } }
        """,
        limit=5,
    )

    assert (len(records), desk.report.outcome) == (5, "limit reached")


def test_one_value_has_one_type_and_is_written_as_well_as_used_again(desk):
    """c12: now a text, now a list, and declared twice to be shown and used (nuclei#304, #533, #4359)."""
    rule = """\
        item: it
        fields:
          id: { css: b, type: int }
          tags: [u]
          again: "{{ item.id }}"
          more: "{{ item.id + 1 }}"
          first: "{{ item.tags[0] }}"
          tagged: "{{ item.tags }}"
        links: { two: { url: "/x?id={{ item.id }}", carry: { id: { css: b, type: int } } } }
    """
    recipe = desk.one(rule) + "  two: { item: two, fields: { id: '{{ parent.id }}' } }\n"
    outcome = desk.read(recipe, "<b>7</b><u>only</u>")

    assert outcome.items[0].fields == {
        "id": 7,
        "tags": ["only"],
        "again": 7,
        "more": 8,
        "first": "only",
        "tagged": ["only"],
    }
    [request] = outcome.requests
    assert (request.url, dict(request.carry)) == ("https://shop.test/x?id=7", {"id": 7})


def test_what_is_set_for_all_holds_for_all_and_the_nearer_setting_counts(desk):
    """c13: a paginator for all was not inherited (dlt#2586, wontfix); here what is shared has a name."""
    recipe = """\
        http: { headers: { Accept: text/html, X-A: all } }
        fragments: { paged: { paginate: { page: { param: p, last: 3 } } } }
        seeds: { a: https://shop.test/a, b: { url: https://shop.test/b, headers: { X-A: near } } }
        pages:
          a: { use: paged, item: row, each: li, fields: { n: li } }
          b: { use: paged, item: row, each: li, fields: { n: li }, paginate: { page: { last: 1 } } }
    """

    plan = desk.prepare(recipe).plan
    assert [(rule.paginate.kind, rule.paginate.last) for rule in plan.recipe.pages.values()] == [
        ("page", 3),
        ("page", 1),
    ]
    assert [dict(seed.headers) for seed in plan.seeds() if isinstance(seed, Request)] == [{}, {"X-A": "near"}]


def test_which_rule_found_a_page_decides_how_it_is_read(desk):
    """c14: rules could not depend on it for twelve years (scrapy#982)."""
    rule = "links: { tea: a.tea, cup: a.cup }"
    recipe = (
        desk.one(rule) + "  tea: { item: tea, fields: { t: h1 } }\n  cup: { item: cup, fields: { c: h1 } }\n"
    )

    found = desk.read(recipe, "<a class=tea href=/1>x</a><a class=cup href=/2>y</a>").requests

    assert [(request.url[-1], request.page) for request in found] == [("1", "tea"), ("2", "cup")]
