"""Jobs that know of those before them, from a recipe to the file: a real site, runs in turn."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from loopback import Answer, Asked, serving
from scrapekit.errors import RecipeError
from scrapekit.report import Report
from scrapekit.run import RunSettings, prepare, run

RECIPE = """\
scrapekit: 1
name: shop
inputs: {{ site: {{ type: string }} }}
seeds: {{ listing: "{{{{ inputs.site }}}}/" }}
pages:
  listing:
    links: {{ product: {link}, listing: a.next }}
  product:
    item: book
    key: name
    fields: {{ name: h1, price: b }}
{more}
crawl: {{ delay: 0, per_host: 1, allow_failed: 0 }}
http: {{ retries: 0 }}
export: {export}
"""
APPEND = "{ jsonl: { path: out/shop.jsonl, append: true } }"


class Site:
    """Pages by path, and what was asked: each path with its status. ``tags``: pages have validators."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.asked: list[tuple[str, int]] = []
        self.moved: dict[str, str] = {}
        self.tags = True
        self.on_ask: Callable[[str], None] = lambda path: None
        self.url = ""

    def answer(self, asked: Asked) -> Answer:
        self.on_ask(asked.path)
        body = self.pages.get(asked.path, "")
        tag = f'"{sha256(body.encode()).hexdigest()[:12]}"'
        same = self.tags and asked.headers.get("if-none-match") == tag
        target = self.moved.get(asked.path)
        status = 302 if target else 404 if not body else 304 if same else 200
        self.asked.append((asked.path, status))
        headers = {"Location": target} if target else {}
        if body and self.tags:
            headers["ETag"] = tag
        if status == 304:
            # Some servers tell of the body they do not send.
            headers["Content-Encoding"] = "gzip"
        return Answer(body, status, headers)

    @contextmanager
    def served(self) -> Iterator[Site]:
        with serving(self.answer) as self.url:
            yield self

    def fetches(self) -> list[str]:
        """What was asked since the last time, robots.txt left out, in order of the alphabet."""
        asked, self.asked = self.asked, []
        return sorted(f"{path} {status}" for path, status in asked if path != "/robots.txt")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().served() as site:
        site.pages = {"/": listing("tea", "cup", "pot")}
        site.pages |= {
            f"/{name}": product(name, price) for name, price in [("tea", 3), ("cup", 5), ("pot", 9)]
        }
        yield site


def listing(*names: str, following: str = "") -> str:
    links = "".join(f"<a class=p href='/{name}'>{name}</a>" for name in names)
    return links + (f"<a class=next href='{following}'>more</a>" if following else "")


def product(name: str, price: int) -> str:
    return f"<h1>{name}</h1><b>{price}</b>"


class Shop:
    """A recipe in a folder of its own."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.site = site
        self.report: Report

    def write(self, more: str, export: str = APPEND, link: str = "a.p") -> Path:
        path = self.folder / "shop.yaml"
        path.write_text(RECIPE.format(more=more, export=export, link=link))
        return path

    async def run(self, more: str = "", export: str = APPEND, link: str = "a.p", **settings) -> list[str]:
        """Run it; gives the lines of the file that were not there before, as ``name price``."""
        before = self.lines()
        path = self.write(more, export, link)
        given = RunSettings(path, {"site": self.site.url}, out_dir=self.folder, **settings)
        self.report = await run(prepare(given))
        return sorted(self.lines()[len(before) :])

    def lines(self) -> list[str]:
        path = self.folder / "out" / "shop.jsonl"
        records = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [" ".join(str(value) for value in record.values()) for record in records]


@pytest.fixture
def shop(tmp_path, site) -> Shop:
    return Shop(tmp_path, site)


@pytest.mark.parametrize("tags", [True, False])
async def test_changed_and_new_records_are_exported_once_over_three_jobs(shop, site, tags):
    site.tags = tags

    assert await shop.run("seen: changed") == ["cup 5", "pot 9", "tea 3"]
    assert await shop.run("seen: changed") == []
    assert shop.report.exit_code == 0
    site.pages |= {
        "/": listing("tea", "cup", "pot", "jar"),
        "/cup": product("cup", 6),
        "/jar": product("jar", 1),
    }
    assert await shop.run("seen: changed") == ["cup 6", "jar 1"]
    assert await shop.run("seen: changed") == []


async def test_only_new_records_are_exported(shop, site):
    await shop.run("seen: new")
    site.pages |= {"/": listing("cup", "jar"), "/cup": product("cup", 6), "/jar": product("jar", 1)}

    assert await shop.run("seen: { by: key, emit: new }") == ["jar 1"]
    assert shop.report.records == {"book": 2}
    assert shop.report.notes == {"records seen before: book": 1}


async def test_a_field_may_be_ignored(shop, site):
    await shop.run("seen: { emit: changed, ignore: price }")
    site.pages["/cup"] = product("cup", 6)

    assert await shop.run("seen: { emit: changed, ignore: price }") == []


async def test_all_records_are_exported_each_saying_how_it_compares(shop, site):
    export = "{ jsonl: { path: out/shop.jsonl, append: true, fields: [name], meta: true } }"
    await shop.run("seen: all", export)
    site.pages |= {"/": listing("tea", "cup", "jar"), "/cup": product("cup", 6), "/jar": product("jar", 1)}

    lines = await shop.run("seen: all", export)

    assert [(line.split()[0], line.split()[-1]) for line in lines] == [
        ("cup", "changed"),
        ("jar", "new"),
        ("tea", "same"),
    ]


async def test_a_page_that_did_not_change_is_not_read_and_still_leads_on(shop, site):
    site.pages |= {"/": listing("tea", following="/2"), "/2": listing("cup", "pot")}
    await shop.run("seen: changed")
    assert site.fetches() == ["/ 200", "/2 200", "/cup 200", "/pot 200", "/tea 200"]
    site.pages["/pot"] = product("pot", 10)

    assert await shop.run("seen: changed") == ["pot 10"]
    assert site.fetches() == ["/ 304", "/2 304", "/cup 304", "/pot 200", "/tea 304"]
    assert shop.report.verdicts == {"not_modified": 4, "ok": 1}
    assert shop.report.notes == {"records of pages that were not read again: book": 2}


async def test_conditional_requests_can_be_switched_off(shop, site):
    more = "seen: changed\n"
    await shop.run(more)
    site.fetches()
    path = shop.write(more)
    path.write_text(path.read_text().replace("retries: 0", "retries: 0, conditional: false"))
    await run(prepare(RunSettings(path, {"site": site.url}, out_dir=shop.folder)))

    assert site.fetches() == ["/ 200", "/cup 200", "/pot 200", "/tea 200"]


async def test_a_changed_recipe_reads_every_page_anew(shop, site):
    await shop.run("seen: new")
    site.fetches()

    await shop.run("seen: changed")

    assert site.fetches() == ["/ 200", "/cup 200", "/pot 200", "/tea 200"]


async def test_where_all_records_are_exported_every_page_is_read(shop, site):
    await shop.run("seen: all")
    site.fetches()

    assert await shop.run("seen: all") == ["cup 5", "pot 9", "tea 3"]
    assert site.fetches() == ["/ 200", "/cup 200", "/pot 200", "/tea 200"]


async def test_a_page_that_moved_meanwhile_is_not_taken_for_unchanged(shop, site):
    await shop.run("seen: changed")
    site.pages["/new-cup"] = site.pages["/cup"]
    site.moved["/cup"] = "/new-cup"
    site.fetches()

    await shop.run("seen: changed")

    assert site.fetches() == ["/ 304", "/cup 302", "/new-cup 200", "/pot 304", "/tea 304"]


async def test_links_that_were_fetched_before_are_skipped(shop, site):
    site.moved["/tee"] = "/tea"
    site.pages |= {"/": listing("tee", "cup", "gone"), "/jar": product("jar", 1)}
    path = shop.write("", link="{ css: a.p, seen: skip }")
    path.write_text(path.read_text().replace("allow_failed: 0", "allow_failed: 100%"))
    settings = RunSettings(path, {"site": site.url}, out_dir=shop.folder)
    await run(prepare(settings))
    site.pages |= {"/": listing("tee", "cup", "gone", "jar")}
    site.fetches()

    report = await run(prepare(settings))

    assert site.fetches() == ["/ 200", "/gone 404", "/jar 200"]
    assert shop.lines()[2:] == ["jar 1"]
    assert report.notes == {
        "links to product: fetched in an earlier job": 2,
        "records of pages that were not read again: book": 2,
    }


async def test_a_job_that_finds_all_pages_fetched_before_is_a_success(shop, site):
    link = "{ css: a.p, seen: skip }"
    await shop.run(link=link)

    assert await shop.run("expect: { book: 3 }", link=link) == []
    assert shop.report.exit_code == 0


async def test_expect_counts_what_was_read_not_what_was_exported(shop, site):
    site.tags = False
    await shop.run("seen: new")

    await shop.run("seen: new\nexpect: { book: { min: 3, max: 3 } }")
    assert shop.report.exit_code == 0
    await shop.run("seen: new\nexpect: { book: 4 }")
    assert shop.report.broken == ["3 book records, expected at least 4"]


async def test_an_export_that_would_lose_what_it_holds_is_refused(shop):
    path = shop.write("seen: new", export="out/shop.jsonl")

    with pytest.raises(RecipeError) as caught:
        prepare(RunSettings(path, {"site": "http://a.test"}, out_dir=shop.folder))

    assert [(problem.message, problem.hint) for problem in caught.value.problems] == [
        (
            'each run would leave in "out/shop.jsonl" only what is new',
            "let it add to the file (jsonl: append: true, sqlite: mode: update), "
            "or write seen: { replace: true } if that is meant",
        )
    ]


async def test_a_file_of_what_is_new_stays_where_nothing_is(shop, site):
    more = "seen: { emit: new, replace: true }"
    await shop.run(more, "out/shop.jsonl")

    await shop.run(more, "out/shop.jsonl")

    assert sorted(shop.lines()) == ["cup 5", "pot 9", "tea 3"]
    assert shop.report.outcome == "complete"
    assert [export.kept for export in shop.report.exports] == [True]
    site.pages |= {"/": listing("tea", "jar"), "/jar": product("jar", 1)}
    await shop.run(more, "out/shop.jsonl")
    assert shop.lines() == ["jar 1"]


async def test_a_database_that_is_updated_holds_the_last_of_each_record(shop, site):
    export = "{ sqlite: { path: out/shop.db, mode: update } }"
    await shop.run("seen: changed", export)
    site.pages["/cup"] = product("cup", 6)

    await shop.run("seen: changed", export)

    with sqlite3.connect(shop.folder / "out" / "shop.db") as db:
        rows = db.execute("SELECT name, price FROM book ORDER BY name").fetchall()
    db.close()
    assert rows == [("cup", "6"), ("pot", "9"), ("tea", "3")]


async def test_a_record_of_several_pages_is_compared_when_it_is_whole(shop, site):
    path = shop.write("seen: changed")
    path.write_text(path.read_text().replace("price: b }", "price: { at: { css: a }, css: i } }"))
    site.pages |= {"/": listing("cup"), "/cup": "<h1>cup</h1><a href=/price>price</a>", "/price": "<i>5</i>"}
    settings = RunSettings(path, {"site": site.url}, out_dir=shop.folder)
    for price in (5, 5, 6, 6):
        site.pages["/price"] = f"<i>{price}</i>"
        await run(prepare(settings))

    assert shop.lines() == ["cup 5", "cup 6"]


async def test_begun_anew_a_job_still_knows_of_those_that_ended(shop, site):
    await shop.run("seen: new")

    assert await shop.run("seen: new", fresh=True) == []


async def test_without_its_history_every_record_is_new(shop, site):
    await shop.run("seen: new")
    await shop.run("seen: new")
    (shop.folder / ".scrapekit" / "shop" / "history.sqlite").unlink()
    (shop.folder / ".scrapekit" / "shop" / "job.sqlite").unlink()

    assert await shop.run("seen: new") == ["cup 5", "pot 9", "tea 3"]


async def test_what_a_limit_cut_off_is_found_by_the_next_job(shop, site):
    site.pages["/"] = listing("tea", "cup", "pot")

    first = await shop.run("seen: new", limit=1)
    rest = await shop.run("seen: new")

    assert sorted(first + rest) == ["cup 5", "pot 9", "tea 3"]


@pytest.mark.slow
@pytest.mark.parametrize("tags", [True, False])
def test_killed_in_the_second_job_each_changed_record_comes_exactly_once(shop, site, tags):
    names = [f"p{number:02}" for number in range(40)]
    site.tags = tags
    site.pages = {"/": listing(*names)} | {f"/{name}": product(name, 1) for name in names}
    shop.write("seen: changed")
    assert command(shop, site).wait(60) == 0
    assert len(shop.lines()) == 40
    changed = names[::2]
    site.pages |= {f"/{name}": product(name, 2) for name in changed} | {"/new": product("new", 7)}
    site.pages["/"] = listing(*names, "new")

    for reached in (8, 20, 33):
        kill_at(shop, site, f"/p{reached:02}")
    assert command(shop, site).wait(60) == 0

    assert sorted(shop.lines()[40:]) == sorted(["new 7", *(f"{name} 2" for name in changed)])
    assert command(shop, site).wait(60) == 0
    assert len(shop.lines()) == 40 + 21


def command(shop: Shop, site: Site) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "scrapekit", "run", "shop.yaml", "-i", f"site={site.url}"],
        cwd=shop.folder,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_at(shop: Shop, site: Site, path: str) -> None:
    """Start the command and kill it the instant it asks for *path*."""
    reached = threading.Event()

    def watch(asked: str) -> None:
        if asked == path:
            reached.set()
            # The answer never comes: its reader is dead.
            threading.Event().wait(0.05)

    site.on_ask = watch
    process = command(shop, site)
    assert reached.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    site.on_ask = lambda asked: None
