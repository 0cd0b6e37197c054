"""Complaints 15 to 20 of users of other systems: sequences of pages that stop early, and nobody is told.

Every stop has a reason in the report. Part of 20 is outside: there is no command yet that proposes a
paginator for a site; tested is what it would propose, following pages 2, 3 and 4 in one line. Part of 19
is outside, too: what a page loads as it scrolls comes by a request, which a recipe makes, not a browser.
"""

from __future__ import annotations

import json
import sqlite3

import pytest


def numbered(last: int, shown: str = "") -> dict[str, str]:
    return {f"/?p={n}": f"<li>{n}</li>{shown}" for n in range(1, last + 1)} | {"/": f"<li>1</li>{shown}"}


@pytest.mark.parametrize(
    ("paginate", "pager"),
    [
        ("next: 'a.next'", "<a class=next href=?p={next}>on</a>"),
        ("page: p", ""),
        ("page: { param: p, last: '.pager a' }", "<i class=pager><a>1</a><a>3</a></i>"),
        ("next: { css: b, attr: data-next }", "<b data-next='/?p={next}'></b>"),
        (
            "next: { css: a.js, attr: href, then: 're:go\\(.([^)]+).\\)' }",
            "<a class=js href=\"javascript:go('/?p={next}')\">",
        ),
        ('next_url: { regex: \'next = "([^"]+)"\' }', '<script>next = "/?p={next}"</script>'),
    ],
)
async def test_page_numbers_attributes_and_scripts_say_what_comes_next(desk, site, paginate, pager):
    """c15: only a CSS selector for a link could (x-ray#54, #122)."""
    site.pages = {
        f"/?p={n}": f"<li>{n}</li>" + (pager.format(next=n + 1) if n < 3 else "") for n in (1, 2, 3)
    }
    recipe = "seeds: 'SITE/?p=1'\npages:\n  p:\n    item: row\n    each: li\n"
    recipe += "    fields: { n: { css: li, type: int } }\n"

    records = await desk.run(recipe + f"    paginate: {{ {paginate} }}\n")

    assert [record["n"] for record in records] == [1, 2, 3]


async def test_the_pages_that_a_pager_leaves_out_are_asked_for_all_the_same(desk, site):
    """c16: of a pager 1 2 3 4 … 29 the pages 5 to 28 were skipped (web-scraper-chrome-extension#170)."""
    pager = "<nav><a href=?p=2>2</a><a href=?p=3>3</a><a href=?p=4>4</a>…<a href=?p=29>29</a></nav>"
    site.pages = numbered(29, pager)
    rule = "item: row\n    each: li\n    fields: { n: { css: li, type: int } }\n"

    records = await desk.run(
        f"seeds: SITE/\npages:\n  p:\n    {rule}    paginate: {{ page: {{ param: p, last: nav a }} }}\n"
    )

    assert [record["n"] for record in records] == list(range(1, 30))
    assert desk.report.notes == {"paging p stopped: last page": 1}


async def test_links_of_a_pager_that_slides_along_lead_to_all_of_its_pages(desk, site):
    """c16: the same by links alone, where each page shows the ones around it."""
    for n in range(1, 21):
        near = "".join(
            f"<a href='?p={k}'>{k}</a>" for k in (1, 20, *range(max(1, n - 2), min(20, n + 2) + 1))
        )
        site.pages[f"/?p={n}"] = f"<li>{n}</li><nav>{near}</nav>"

    records = await desk.run(
        "seeds: 'SITE/?p=1'\npages: { p: { item: row, each: li, fields: { n: li }, links: { p: nav a } } }"
    )

    assert sorted(int(record["n"]) for record in records) == list(range(1, 21))


@pytest.mark.parametrize(
    ("more", "pages", "reason"), [("", 7, "no next link"), (", max_pages: 3", 3, "max_pages")]
)
async def test_without_max_pages_all_are_read_and_each_stop_has_its_reason(desk, site, more, pages, reason):
    """c17: leaving out max_pages meant one page, silently (html2rss PR#403)."""
    site.pages = {
        f"/{n}": f"<li>{n}</li>" + (f"<a class=next href=/{n + 1}>" if n < 7 else "") for n in range(1, 8)
    }

    records = await desk.run(
        "seeds: SITE/1\npages: { p: { item: row, each: li, fields: { n: li }, "
        f"paginate: {{ next: a.next{more} }} }} }}"
    )

    assert len(records) == pages
    assert desk.report.notes == {f"paging p stopped: {reason}": 1}


async def test_a_following_page_that_another_rule_has_taken_is_a_stop_with_its_reason(desk, site):
    """c17: a link rule that is too wide takes the following page away, and the sequence ends."""
    site.pages = {"/1": "<a class=tea href=/t>T</a><a class=next href=/2>on</a>", "/2": "<i>", "/t": "<h1>T"}

    await desk.run(
        """\
        seeds: SITE/1
        pages:
          list: { links: { tea: a }, paginate: { next: a.next } }
          tea: { item: tea, fields: { t: h1 } }
        """
    )

    assert desk.report.notes == {
        "paging list stopped: page known already": 1,
        "links to pages already known": 1,
        "no tea: every field is empty": 1,
    }


LIST = """\
seeds: SITE/?p=1
pages:
  p:
    item: row
    each: li
    unique: n
    fields: { n: li }
    paginate: { page: p, total: b }
"""


async def test_fewer_rows_than_the_site_says_break_the_contract(desk, site):
    """c18: rows vanished between runs and the partial set was published (opensanctions#4632)."""
    site.pages = {"/?p=1": "<b>4</b><li>1<li>2", "/?p=2": "<b>4</b><li>3", "/?p=3": "<b>4</b>"}

    await desk.run(LIST)

    assert desk.report.outcome == "broken contract"
    assert desk.report.broken == ["p: 1 row missing of the total that the site claims"]


async def test_a_page_that_is_empty_by_mistake_is_asked_for_again(desk, site):
    """c18: pages were intermittently empty (opensanctions PR#4784)."""
    answers = iter(["", "<li>1"])
    site.pages = {"/": lambda method, body, headers: next(answers)}

    records = await desk.run(
        "seeds: SITE/\npages: { p: { item: row, each: li, fields: { n: li }, "
        "responses: [{ css: li, equals: null, then: retry, after: 0s, times: 3 }] } }"
    )

    assert (records, len(site.asked)) == ([{"n": "1"}], 2)


async def test_rows_that_move_to_the_next_page_meanwhile_are_kept_once(desk, site):
    """c18: the newest come first, so a row that appears pushes another to the next page."""
    site.pages = {"/?p=1": "<li>c<li>b", "/?p=2": "<li>b<li>a", "/?p=3": "<p>"}

    await desk.run(
        """\
        seeds: SITE/?p=1
        pages: { p: { item: row, each: li, key: n, fields: { n: li }, paginate: { page: p } } }
        export: out/shop.sqlite
        """
    )

    with sqlite3.connect(desk.folder / "out" / "shop.sqlite") as database:
        assert sorted(database.execute("SELECT n FROM row")) == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize(
    "child",
    [
        "page: { param: page, last: $.last }",
        "offset: { param: offset, size: 2, total: $.total }",
        "cursor: { from: $.after, param: after }",
        "next_url: $.next",
    ],
)
async def test_the_pages_of_a_child_are_turned_for_each_parent_by_itself(desk, site, child):
    """c19: the page parameter was lost in children of parents (airbyte#12992, airbyte-python-cdk#537)."""
    for parent in ("a", "b"):
        rows = [f"{parent}{n}" for n in range(6)]
        for first in (0, 2, 4):
            body = {"rows": rows[first : first + 2], "last": 3, "total": 6}
            on = first + 2
            body |= {"after": str(on), "next": f"/{parent}?after={on}"} if on < 6 else {}
            text = json.dumps(body)
            for query in (f"page={first // 2 + 1}", f"offset={first}", f"after={first}"):
                site.pages[f"/{parent}?{query}"] = text
            if not first:
                site.pages[f"/{parent}"] = text
    site.pages["/"] = '{"parents": ["a", "b"]}'
    site.pages["/?x=2"] = '{"parents": ["b"]}'

    records = await desk.run(
        f"""\
        seeds: SITE/
        pages:
          top:
            parser: json
            links: {{ child: {{ each: "$.parents[*]", jsonpath: $, attr: text, carry: {{ of: $ }} }} }}
          child:
            parser: json
            item: row
            each: "$.rows[*]"
            fields: {{ n: $, of: "{{{{ parent.of }}}}" }}
            paginate: {{ {child} }}
        """
    )

    assert sorted((record["of"], record["n"]) for record in records) == [
        (parent, f"{parent}{n}") for parent in ("a", "b") for n in range(6)
    ]


def test_following_pages_two_three_and_four_takes_one_line(desk):
    """c20: "how do you follow page 2, 3, 4?" has been open since 2014 (portia#107)."""
    rule = "item: row\neach: li\nfields: { n: li }\npaginate: { page: p }"

    [request] = desk.read(desk.one(rule), "<li>1").requests

    assert request.url == "https://shop.test/list/?p=2"
