"""What became of an address: told from the job's store and the recipe alone, in words and as JSON."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from textwrap import indent

import pytest

from scrapekit.cli import main
from scrapekit.run import StopSignal

PAGES = """
listing:
  links:
    book: { css: a.book, deny: "*/secret/*" }
    listing: { css: a.next, allow: "*/more" }
  item: shelf
  fields: { title: h1 }
book:
  item: book
  fields: { title: { css: h1, required: true } }
"""
HEAD = """\
scrapekit: 1
name: shop
inputs: { site: { type: string } }
seeds: { listing: "{{ inputs.site }}/" }
export: out/shop.jsonl
pages:
"""
LINKS = "".join(f"<a class=book href='{path}'>b</a>" for path in ("/b/1", "/b/gone", "/b/old", "/b/private"))


@pytest.fixture
def told(shop, site, capsys):
    """Ask `scrapekit why` for a path; gives its lines, the site's address and the folder left out."""

    def ask(url: str, *words: str) -> list[str]:
        address = url if "://" in url else site.url + url
        recipe = str(shop.folder / "shop.yaml")
        job = str(shop.folder / ".scrapekit" / "shop")
        code = main(["why", address, recipe, "--job", job, "-i", f"site={site.url}", *words])
        out, err = capsys.readouterr()
        assert code == 0, err
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", "DAY", out)
        return text.replace(site.url, "").replace(f"{recipe}", "shop.yaml").splitlines()

    return ask


@pytest.fixture
async def crawled(shop, site):
    site.pages = {
        "/": "<h1>all</h1><a class=next href='/more'>more</a>",
        "/more": f"<h1>more</h1>{LINKS}",
        "/b/1": "<h1>One</h1>",
        "/b/new": "<h1>New</h1>",
        "/robots.txt": "User-agent: *\nDisallow: /b/private\n",
    }
    site.moved = {"/b/old": "/b/new"}
    await shop.run(PAGES)
    return shop


async def test_a_page_is_told_with_all_that_led_to_it(crawled, told):
    assert told("/b/1#part") == [
        "/b/1",
        "  became      ok, DAY, after 1 try, HTTP 200",
        "  read by     page rule book (shop.yaml:16:3)",
        "  gave        1 record, 0 links",
        "  found on    /more, by a link of listing to book (shop.yaml:12:13)",
        "  found on    /, by a link of listing to listing (shop.yaml:13:16)",
    ]


async def test_a_page_that_failed_is_told_with_its_reason(crawled, told):
    assert told("/b/gone")[1:4] == [
        "  became      failed, DAY, after 1 try, HTTP 404",
        "  because     HTTP 404 Not Found",
        "  meant for   page rule book (shop.yaml:16:3)",
    ]


async def test_a_redirect_is_told_at_both_its_ends(crawled, told):
    assert told("/b/old")[1:3] == [
        "  became      redirected, DAY, after 1 try",
        "  led to      /b/new",
    ]
    assert "  sent by     /b/old" in told("/b/new")


async def test_what_robots_txt_forbids_is_told_so(crawled, told):
    became, because, *_ = told("/b/private")[1:]

    assert became == "  became      not fetched (robots), DAY"
    assert because == "  because     robots.txt does not allow it (Disallow: /b/private, line 2)"


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("/b/secret/1", "  refused by  pages.listing.links.book (shop.yaml:12:34): denied"),
        (
            "http://else.test/b/1",
            "  refused by  crawl.scope (the default): its host is outside of the scope site",
        ),
        (
            "/x/x/x/x/x",
            "  refused by  crawl.traps.repeats (the default): it is an address "
            "that repeat a part more often than crawl.traps.repeats",
        ),
        ("/b/77", "  because     no page that was read led to it"),
    ],
)
async def test_an_address_that_was_never_queued_is_told_with_the_rules_that_refuse_it(
    crawled, told, url, line
):
    lines = told(url)

    assert lines[1] == "  became      nothing: it was never queued"
    assert line in lines


async def test_what_one_link_rule_lets_pass_was_found_on_no_page(crawled, told):
    assert told("/b/77")[2:] == [
        "  allowed by  pages.listing.links.book (shop.yaml:12:13)",
        "  refused by  pages.listing.links.listing (shop.yaml:13:38): not allowed",
        "  because     no page that was read led to it",
    ]


async def test_a_page_names_which_of_several_rules_found_it_and_what_it_follows(shop, site, told):
    site.pages = {
        "/": "<a class=top href='/b/1'>x</a><a class=all href='/b/2'>x</a><a class=next href='/2'>x</a>",
        "/2": "<a class=all href='/b/3'>x</a>",
        **{f"/b/{n}": "<h1>x</h1>" for n in (1, 2, 3)},
    }
    await shop.run("""
    listing:
      links: { book: [a.top, { css: a.all }] }
      paginate: { next: a.next }
    book: { item: book, fields: { title: h1 } }
    """)

    assert told("/b/1")[-1] == "  found on    /, by a link of listing to book (shop.yaml:11:21)"
    assert told("/b/2")[-1] == "  found on    /, by a link of listing to book (shop.yaml:11:28)"
    assert told("/b/3")[-2:] == [
        "  found on    /2, by a link of listing to book (shop.yaml:11:28)",
        "  found on    /, as the page after it (paginate, shop.yaml:12:15)",
    ]


async def test_links_left_out_for_more_than_their_address_are_told_as_what_may_have_led_to_it(
    shop, site, told
):
    site.pages = {
        "/": "<a class=tea href='/b/1'>Coffee</a><a href='/b/3.png'>x</a><a class=deep href='/2'>x</a>",
        "/2": "<a class=tea href='/b/2'>Tea</a>",
    }
    await shop.run(
        """
    listing:
      links: { book: [{ css: a.tea, text: Tea }, { css: "a", allow: "*/b/9" }], listing: a.deep }
    book: { item: book, fields: { title: h1 } }
    """,
        overrides=[("crawl.depth", "1")],
    )

    assert [line for line in told("/b/1") if "perhaps" in line] == [
        "  perhaps     it was left out: 1 × links deeper than crawl.depth",
        "  perhaps     it was left out: 1 × links to book: other text",
    ]


async def test_an_address_that_is_spelled_otherwise_in_the_job_is_pointed_out(crawled, told):
    assert told("/b/1/")[2] == "  but         /b/1 was"


async def test_without_the_recipe_the_store_alone_is_asked(crawled, site, capsys):
    job = ["--job", str(crawled.folder / ".scrapekit" / "shop")]

    assert main(["why", site.url + "/b/1", *job]) == 0
    assert "found on    " + site.url + "/more, read by listing" in capsys.readouterr().out
    assert main(["why", site.url + "/b/77", *job]) == 0
    assert "name the recipe to know which" in capsys.readouterr().out


async def test_as_json_it_is_one_object(crawled, told):
    (line,) = told("/b/1", "--json")
    facts = json.loads(line)

    (request,) = facts["requests"]
    assert (request["verdict"], request["status"], request["records"]) == ("ok", 200, 1)
    assert [step["page"] for step in request["way"]] == ["listing", "listing"]


async def test_while_a_run_goes_on_what_waits_is_told(shop, site, told):
    links = "".join(f"<a class=book href='/b/{n}'>b</a>" for n in range(50))
    site.pages = {"/": links, **{f"/b/{n}": "<h1>x</h1>" for n in range(50)}}
    asked = []
    stop = StopSignal()

    def ask(path: str) -> None:
        if path == "/b/3":
            asked.append(told("/b/49"))
            stop.drain()

    site.on_ask = ask
    await shop.run(PAGES, stop=stop)

    ((_, became, _, behind, *way),) = asked
    assert became == "  became      nothing yet: it waits, or is being fetched"
    assert behind.startswith("  behind      ")
    assert way[0].startswith("  found on    /, by a link of listing to book")


async def test_a_host_that_is_left_alone_is_named_as_what_is_waited_for(shop, site, told):
    site.pages = {"/": LINKS}
    stop = StopSignal()
    site.on_ask = lambda path: stop.drain() if path == "/" else None
    await shop.run(PAGES, stop=stop)
    with closing(sqlite3.connect(shop.folder / ".scrapekit" / "shop" / "job.sqlite")) as db, db:
        db.execute("UPDATE lane SET not_before = 9e9, parks = 2")

    assert "  waits for   its host, which is not asked before DAY, as every request to it failed" in told(
        "/b/1"
    )


async def test_before_the_first_run_the_recipe_alone_is_asked(shop, site, told):
    (shop.folder / "shop.yaml").write_text(HEAD + indent(PAGES, "  "))

    assert told("/b/1")[1] == "  became      nothing: there was no run yet"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["https://a.test/"], "error: which job?"),
        (["mailto:a@b.test", "--job", "x"], 'error: "mailto:a@b.test" is no address of a page'),
        (["https://a.test/", "--job", "nowhere"], "error: there is no job in nowhere"),
    ],
)
def test_what_cannot_be_asked_is_a_mistake_told_in_one_line(words, message, capsys):
    assert main(["why", *words]) == 2
    assert capsys.readouterr().err.splitlines()[0] == message


async def test_a_store_of_another_version_is_not_read(crawled, site, capsys):
    job = crawled.folder / ".scrapekit" / "shop"
    with closing(sqlite3.connect(job / "job.sqlite")) as db, db:
        db.execute("UPDATE meta SET value = '2' WHERE key = 'format'")

    assert main(["why", site.url, "--job", str(job)]) == 2
    assert "was written by another version of scrapekit" in capsys.readouterr().err


async def test_what_a_page_made_up_cannot_drive_the_terminal(shop, site, told):
    site.pages = {"/": "<a class=book href='/b/x'>b</a>"}
    site.moved = {"/b/x": "/b/\x1b]0;owned\x07"}
    await shop.run(PAGES)

    assert all(line.isprintable() for line in told("/b/x"))
