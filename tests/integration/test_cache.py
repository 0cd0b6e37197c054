"""Runs that keep answers and give them again: with the site, without it, and with half of it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from zlib import decompress

import pytest

from scrapekit.errors import ExitCode, JobError, RecipeError
from scrapekit.report import Report
from scrapekit.run import RunSettings, StopSignal, prepare, run

Answer = tuple[int, str, dict[str, str]]

BOOKS = """\
scrapekit: 1
name: books
inputs: { site: { type: string }, token: { type: secret, env: CACHE_TOKEN } }
seeds: { listing: "{{ inputs.site }}/" }
crawl: { delay: 0, allow_failed: 0 }
http: { retries: 1 }
export: out/books.jsonl
"""
PAGES = """\
pages:
  listing: { links: { book: a } }
  book:
    item: book
    fields:
      title: { css: h1, required: true }
      maker: { at: a.maker, css: b }
      kind: { header: content-type }
"""


class Site:
    """Answers by path, given or worked out, and what was asked for."""

    def __init__(self, books: int = 3) -> None:
        links = "".join(f"<a href='/b/{n}'>{n}</a>" for n in range(books))
        self.pages: dict[str, str | Answer | Callable[[BaseHTTPRequestHandler], Answer]] = {"/": links}
        for number in range(books):
            self.pages[f"/b/{number}"] = (302, "", {"Location": f"/book/{number}"})
            self.pages[f"/book/{number}"] = (
                f"<h1>Book {number}</h1><a class=maker href='/m/{number % 2}'>by</a>"
            )
        self.pages |= {f"/m/{n}": f"<b>Maker {n}</b>" for n in range(2)}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> Answer:
        self.asked.append(handler.path)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        found = self.pages.get(handler.path, (404, "nothing", {}))
        found = found(handler) if callable(found) else found
        return (200, f"<html>{found}", {}) if isinstance(found, str) else found

    @contextmanager
    def served(self) -> Iterator[Site]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, text, headers = site.answer(self)
                self.send_response(status)
                for name, value in ({"Content-Type": "text/html"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_POST = do_GET

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().served() as site:
        yield site


class Books:
    """A recipe in a folder of its own; each run gives its records, in the order of their names."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.site = site
        self.report: Report

    async def run(self, pages: str = PAGES, head: str = BOOKS, **settings) -> list[dict]:
        (self.folder / "books.yaml").write_text(head + pages)
        stop = settings.pop("stop", None)
        given = RunSettings(
            self.folder / "books.yaml", {"site": self.site.url}, out_dir=self.folder, **settings
        )
        self.report = await run(prepare(given), stop=stop)
        lines = (self.folder / "out" / "books.jsonl").read_text().splitlines()
        return sorted(map(json.loads, lines), key=str)

    @property
    def cache(self) -> Path:
        return self.folder / ".scrapekit" / "books" / "cache.sqlite"

    def age(self) -> None:
        """Make all that is kept as old as can be."""
        with closing(sqlite3.connect(self.cache)) as db, db:
            db.execute("UPDATE answer SET at = 0")

    def kept(self) -> bytes:
        """All that is kept, the bodies unpacked."""
        with closing(sqlite3.connect(self.cache)) as db:
            rows = db.execute("SELECT headers, body FROM answer").fetchall()
        return self.cache.read_bytes() + b"".join(head.encode() + decompress(body) for head, body in rows)


@pytest.fixture
def books(tmp_path, site, monkeypatch) -> Books:
    monkeypatch.setenv("CACHE_TOKEN", "a-token-nobody-asks-for")
    return Books(tmp_path, site)


@pytest.fixture
def no_network(monkeypatch) -> None:
    """Every way to a socket or a name fails the test."""

    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("a socket was opened, or a name looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "socket", refuse)


async def test_what_is_kept_gives_the_same_records_with_the_site_and_without(books, site, request):
    plain = await books.run()
    first = await books.run(cache=True)
    asked = len(site.asked)

    again = await books.run(cache=True)
    request.getfixturevalue("no_network")
    offline = await books.run(offline=True)

    assert len(plain) == 3
    assert plain == first == again == offline
    assert site.asked[asked:] == []
    assert books.report.cache == {
        "hits": 9,
        "misses": 0,
        "unchanged": 0,
        "stored": 0,
        "evicted": 0,
        "withheld": 0,
    }
    assert books.report.exit_code == ExitCode.COMPLETE


async def test_what_is_kept_counts_each_request(books):
    await books.run(cache=True)

    # The listing, three redirects, three books, two makers; and robots.txt.
    assert books.report.cache == {
        "hits": 0,
        "misses": 9,
        "unchanged": 0,
        "stored": 10,
        "evicted": 0,
        "withheld": 0,
    }


async def test_a_run_that_is_not_asked_to_keeps_nothing(books):
    await books.run()

    assert not books.cache.exists()
    assert books.report.cache == {}


async def test_offline_a_page_that_is_missing_fails_at_once_and_says_why(books, site, request):
    await books.run(cache=True)
    request.getfixturevalue("no_network")
    with closing(sqlite3.connect(books.cache)) as db, db:
        db.execute(
            "DELETE FROM entry WHERE id = (SELECT id FROM answer WHERE cast(headers AS text) LIKE '%book/1%')"
        )

    records = await books.run(offline=True)

    assert [record["title"] for record in records] == ["Book 0", "Book 2"]
    assert [(failure.reason, failure.tries) for failure in books.report.failures] == [("not in the cache", 1)]
    assert books.report.cache["misses"] == 1
    assert books.report.exit_code == ExitCode.BROKEN_CONTRACT


async def test_offline_nothing_can_be_had_where_nothing_was_kept(books):
    await books.run()

    with pytest.raises(JobError) as told:
        await books.run(offline=True)

    assert told.value.hint == "run with --cache first"


async def test_what_is_kept_owes_no_host_a_pause(books):
    await books.run(cache=True)

    async with asyncio.timeout(20):
        records = await books.run(cache=True, overrides=[("crawl.delay", "1h")])

    assert len(records) == 3


async def test_robots_txt_is_kept_and_holds_without_the_site(books, site):
    site.pages["/robots.txt"] = "\nUser-agent: *\nDisallow: /b/2\nCrawl-delay: 0.01\n"
    await books.run(cache=True)

    records = await books.run(offline=True)

    assert [record["title"] for record in records] == ["Book 0", "Book 1"]
    assert books.report.verdicts["robots"] == 1
    assert "/b/2" not in site.asked


async def test_an_error_is_not_kept(books, site):
    site.pages["/book/1"] = (503, "later", {})
    await books.run(cache=True, head=BOOKS.replace("retries: 1", "retries: 0"))
    site.pages["/book/1"] = "<h1>Book 1</h1>"

    records = await books.run(cache=True)

    assert [record["title"] for record in records] == ["Book 0", "Book 1", "Book 2"]
    # The page, and the redirect that had led to the error.
    assert books.report.cache["misses"] == 2


async def test_a_body_that_breaks_off_is_not_kept(books, site):
    # More is announced than comes: the connection is closed in the middle.
    site.pages["/book/1"] = (200, "<h1>Book", {"Content-Length": "500", "Connection": "close"})
    await books.run(cache=True, head=BOOKS.replace("retries: 1", "retries: 0, timeout: 2s"))
    site.pages["/book/1"] = "<h1>Book 1</h1>"

    records = await books.run(cache=True)

    assert records[1]["title"] == "Book 1"


async def test_what_a_rule_does_not_take_for_a_page_is_asked_for_anew(books, site):
    await books.run(cache=True)
    site.pages["/book/1"] = "<h1>Book One</h1>"
    rules = '    responses: [{ when: "regex:Book 1", then: retry, reason: too short }]\n'
    asked = len(site.asked)

    records = await books.run(PAGES + rules, cache=True)

    assert [record["title"] for record in records] == ["Book 0", "Book 2", "Book One"]
    assert site.asked[asked:] == ["/book/1"]
    assert books.report.retries == 0


async def test_what_a_rule_took_for_a_page_is_none_without_it(books, site):
    site.pages["/book/1"] = (404, "<h1>Book 1</h1>", {})
    rules = "    responses: [{ status: 404, then: ok }]\n"
    assert len(await books.run(PAGES + rules, cache=True)) == 3
    asked = len(site.asked)

    records = await books.run(cache=True)

    assert ([record["title"] for record in records], site.asked[asked:]) == (
        ["Book 0", "Book 2"],
        ["/book/1"],
    )
    assert books.report.failures[0].reason == "HTTP 404 Not Found"


NO_ROBOT = '    responses: [{ when: "regex:Prove", then: fail, reason: a captcha }]\n'


@pytest.mark.parametrize("rules", [(NO_ROBOT,), ("", NO_ROBOT)], ids=["known", "found out later"])
@pytest.mark.parametrize("wall", [(200, "<h1>Prove</h1>", {}), (503, "Prove", {})], ids=["page", "error"])
async def test_a_redirect_that_led_to_no_page_is_asked_for_again(books, site, rules, wall):
    site.pages["/b/1"] = (302, "", {"Location": "/wall"})
    site.pages["/wall"] = wall
    head = BOOKS.replace("retries: 1", "retries: 0")
    for rule in rules:
        await books.run(PAGES + rule, head, cache=True)
    site.pages["/b/1"] = (302, "", {"Location": "/book/1"})
    asked = len(site.asked)

    records = await books.run(PAGES + rules[-1], head, cache=True)

    assert [record["title"] for record in records] == ["Book 0", "Book 1", "Book 2"]
    assert site.asked[asked:] == ["/b/1", "/book/1", "/m/1"]
    assert books.report.cache["stored"] == 3
    assert await books.run(PAGES + rules[-1], head, offline=True) == records


async def test_a_redirect_out_of_scope_is_not_asked_for_again(books, site):
    site.pages["/b/1"] = (302, "", {"Location": "http://elsewhere.test/"})
    await books.run(cache=True)
    asked = len(site.asked)

    await books.run(cache=True)

    assert books.report.verdicts["out_of_scope"] == 1
    assert site.asked[asked:] == []


async def test_offline_what_a_rule_does_not_take_for_a_page_fails_with_the_reason(books):
    await books.run(cache=True)
    rules = '    responses: [{ when: "regex:Book 1", then: retry, reason: too short }]\n'

    records = await books.run(PAGES + rules, offline=True)

    assert [record["title"] for record in records] == ["Book 0", "Book 2"]
    (failure,) = books.report.failures
    assert failure.reason == "too short (pages.book.responses[0]); no other answer is in the cache"


async def test_a_request_with_other_headers_is_another_one(books, site):
    await books.run(cache=True)
    asked = len(site.asked)

    await books.run(cache=True, head=BOOKS.replace("retries: 1", "headers: { Accept-Language: de }"))

    assert len(site.asked) == 2 * asked


async def test_the_file_is_its_owners_alone_and_outlives_fresh_jobs(books, site):
    old = os.umask(0)
    try:
        await books.run(cache=True)
    finally:
        os.umask(old)
    asked = len(site.asked)

    await books.run(cache=True, fresh=True)

    assert stat.S_IMODE(books.cache.stat().st_mode) == 0o600
    assert site.asked[asked:] == []


async def test_answers_go_when_the_file_is_full(books, site):
    noise = Random(1)
    for number in range(3):
        site.pages[f"/book/{number}"] = f"<h1>Book {number}</h1><p>{noise.randbytes(20_000).hex()}"

    await books.run(cache=True, overrides=[("http.cache.size", "60KB")])

    assert books.report.cache["evicted"] > 0
    assert books.cache.stat().st_size < 70_000
    assert len(await books.run(cache=True)) == 3


async def test_a_crawl_that_is_larger_than_the_file_finds_what_has_room_there(books, site):
    site.pages = {"/": "".join(f"<a href='/book/{n}'>{n}</a>" for n in range(12))}
    noise = Random(1)
    for number in range(12):
        site.pages[f"/book/{number}"] = f"<h1>Book {number}</h1><p>{noise.randbytes(20_000).hex()}"
    small = [("http.cache.size", "150KB")]
    await books.run(cache=True, overrides=small)
    asked = len(site.asked)

    for _ in range(2):
        assert len(await books.run(cache=True, overrides=small)) == 12
        assert books.report.cache["hits"] >= 4
    assert not {"/robots.txt", "/", "/book/0"} & set(site.asked[asked:])


async def test_what_is_of_no_use_any_more_makes_room_first(books, site):
    noise = Random(1)
    for number in range(3):
        site.pages[f"/book/{number}"] = f"<h1>Book {number}</h1><p>{noise.randbytes(20_000).hex()}"
    small = [("http.cache.size", "100KB")]
    await books.run(cache=True, overrides=small)
    other = BOOKS.replace("retries: 1", "headers: { Accept-Language: de }")
    await books.run(cache=True, overrides=small, head=other)
    asked = len(site.asked)

    await books.run(cache=True, overrides=small, head=other)

    assert site.asked[asked:] == []


async def test_an_answer_that_is_larger_than_the_file_takes_no_other_ones_place(books, site):
    small = [("http.cache.size", "100KB")]
    await books.run(cache=True, overrides=small)
    asked = len(site.asked)
    site.pages["/large"] = f"<h1>Large</h1><p>{Random(1).randbytes(200_000).hex()}"
    seeds = BOOKS.replace("seeds: {", 'seeds: { book: "{{ inputs.site }}/large",')

    for _ in range(2):
        assert len(await books.run(cache=True, overrides=small, head=seeds)) == 4

    assert site.asked[asked:] == ["/large", "/large"]
    assert books.report.cache["evicted"] == 1


async def test_with_answers_kept_nobody_is_asked_whether_a_page_changed(books, site):
    site.pages["/book/1"] = lambda handler: (
        304 if "If-None-Match" in handler.headers else 200,
        "<h1>Book 1</h1>",
        {"ETag": '"one"'},
    )
    seen = BOOKS.replace("export", "seen: { by: title, emit: new, replace: true }\nexport")
    await books.run(head=seen)
    await books.run(head=seen)
    assert any("if-none-match" in headers for headers in site.headers)
    site.headers.clear()

    await books.run(head=seen, cache=True)
    with_cache = books.report.exports[0].records
    await books.run(head=seen, offline=True)

    assert with_cache == books.report.exports[0].records == 0
    assert not any("if-none-match" in headers for headers in site.headers)
    assert books.report.cache["misses"] == 0


async def test_of_old_answers_only_those_that_changed_are_fetched(books, site):
    def tagged(title: str) -> Callable[[BaseHTTPRequestHandler], Answer]:
        tag = f'"{title.replace(" ", "-")}"'
        return lambda handler: (
            304 if handler.headers["If-None-Match"] == tag else 200,
            "" if handler.headers["If-None-Match"] == tag else f"<h1>{title}</h1>",
            {"ETag": tag},
        )

    site.pages |= {f"/book/{number}": tagged(f"Book {number}") for number in range(3)}
    await books.run(cache=True)
    books.age()
    site.pages["/book/1"] = tagged("Book One")

    records = await books.run(cache=True, overrides=[("http.cache.ttl", "1h")])

    assert [record["title"] for record in records] == ["Book 0", "Book 2", "Book One"]
    assert (books.report.cache["hits"], books.report.cache["unchanged"]) == (0, 2)
    asked = len(site.asked)
    assert await books.run(cache=True, overrides=[("http.cache.ttl", "1h")]) == records
    assert len(site.asked) == asked


async def test_who_begins_to_lend_cookies_is_told_anew(books, site):
    site.pages["/book/1"] = lambda handler: (200, f"<h1>for {handler.headers['Cookie']}</h1>", {})
    assert (await books.run(cache=True))[2]["title"] == "for None"
    lent = books.folder / "cookies.txt"
    lent.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tuser\tme\n")

    assert (await books.run(cache=True, cookies_from=lent))[2]["title"] == "for user=me"
    assert (await books.run(offline=True, cookies_from=lent))[2]["title"] == "for user=me"
    assert (await books.run(offline=True))[2]["title"] == "for None"


async def test_cookies_that_pages_set_are_not_kept(books, site):
    site.pages["/book/1"] = (200, "<h1>Book 1</h1>", {"Set-Cookie": "session=abcdef4711; Path=/"})

    await books.run(cache=True, head=BOOKS.replace("retries: 1", "keep_cookies: true"))

    assert b"abcdef4711" not in books.kept()
    assert books.report.cache["stored"] == 9


async def test_an_answer_is_not_kept_where_the_recipe_reads_its_cookies(books, site):
    site.pages["/book/1"] = (200, "<h1>Book 1</h1>", {"Set-Cookie": "colour=red"})
    pages = PAGES + "      colour: { cookie: colour }\n"
    await books.run(pages, cache=True)

    records = await books.run(pages, cache=True)

    assert [record["colour"] for record in records] == [None, "red", None]
    assert books.report.cache["misses"] == 1


async def test_an_answer_that_repeats_a_secret_is_kept_as_it_is_read(books, site, monkeypatch):
    monkeypatch.setenv("CACHE_TOKEN", "s3cret-token/4711")
    site.pages["/"] = lambda handler: (200, f"<a href='/b/0'>0</a>{handler.headers['X-Key']}", {})
    head = BOOKS.replace("retries: 1", 'headers: { X-Key: "{{ inputs.token }}" }')
    first = await books.run(head=head, cache=True)
    monkeypatch.setenv("CACHE_TOKEN", "another-token")

    offline = await books.run(head=head, offline=True)

    assert first == offline
    assert b"s3cret" not in books.kept()


async def test_an_answer_that_repeats_a_secret_too_short_to_mask_is_not_kept(books, site, monkeypatch):
    monkeypatch.setenv("CACHE_TOKEN", "pin4711")
    site.pages["/book/1"] = lambda handler: (200, f"<h1>{handler.headers['X-Key']}</h1>", {})

    await books.run(head=BOOKS.replace("retries: 1", 'headers: { X-Key: "{{ inputs.token }}" }'), cache=True)

    assert books.report.cache["withheld"] == 1


async def test_an_unfinished_job_goes_on_the_way_it_was_begun(books, site):
    stop = StopSignal()

    def stopping(handler: BaseHTTPRequestHandler) -> Answer:
        stop.drain()
        return 200, "<a href='/b/0'>0</a>", {}

    site.pages["/"] = stopping
    with pytest.raises(FileNotFoundError):
        await books.run(cache=True, stop=stop)

    with pytest.raises(JobError, match="was begun without --offline"):
        await books.run(offline=True)
    assert len(await books.run(cache=True)) == 1


async def test_a_damaged_file_is_named_and_nothing_is_lost_by_removing_it(books, site):
    await books.run(cache=True)
    books.cache.write_bytes(b"no database" * 500)

    with pytest.raises(JobError) as told:
        await books.run(cache=True)

    assert told.value.hint == "remove cache.sqlite: then every page is fetched anew"


async def test_a_job_is_not_cleared_before_its_kept_answers_can_be_used(books, site):
    await books.run(cache=True)
    with closing(sqlite3.connect(books.cache)) as db, db:
        db.execute("PRAGMA user_version = 99")

    for fresh in (True, False):
        with pytest.raises(JobError, match="was written by another version of scrapekit"):
            await books.run(cache=True, fresh=fresh)

    with closing(sqlite3.connect(books.cache.with_name("job.sqlite"))) as db:
        assert db.execute("SELECT count(*) FROM done").fetchone() == (sum(books.report.verdicts.values()),)


async def test_what_cannot_be_written_any_more_does_not_stop_a_run(books, site):
    await books.run(cache=True)
    with closing(sqlite3.connect(books.cache)) as db, db:
        db.execute("DELETE FROM answer")
        db.execute("DELETE FROM entry")
        db.execute("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT raise(ABORT, 'no room'); END")

    records = await books.run(cache=True)

    assert len(records) == 3
    assert "answers were not kept any more: no room" in books.report.notes


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{ size: 0 }", "must be more than 0"),
        ("{ ttl: 0 }", "must be longer than 0"),
        ("true", "expected a mapping, found the truth value true"),
        ("{ sise: 1MB }", 'unknown key "sise"'),
    ],
)
async def test_a_mistake_in_the_settings_is_told_with_its_place(books, written, said):
    with pytest.raises(RecipeError, match=said):
        await books.run(head=BOOKS.replace("retries: 1", f"cache: {written}"))
