"""Bodies that break off, swell, lie about themselves, or take long to read: half a page is never a page."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from fault_site import answer, book, links, then_close
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

# The record stands first, so that a body cut anywhere behind it would still give one.
PAGE = b"<html><body><h1>whole</h1>" + b"<p>and so on</p>" * 12 + b"</body></html>"


def chunked(body: bytes, size: int = 40) -> bytes:
    """The body in chunks, with their head line."""
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def head(*headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *headers]).encode() + b"\r\n\r\n"


PACKED = gzip.compress(PAGE, mtime=0)
WHOLE = {
    "length": head(f"Content-Length: {len(PAGE)}") + PAGE,
    "chunked": head("Transfer-Encoding: chunked") + chunked(PAGE),
    "gzip": head(f"Content-Length: {len(PACKED)}", "Content-Encoding: gzip") + PACKED,
    "gzip-chunked": head("Transfer-Encoding: chunked", "Content-Encoding: gzip") + chunked(PACKED),
    # Only the packed data itself tells where this one ends.
    "gzip-to-the-end": head("Connection: close", "Content-Encoding: gzip") + PACKED,
    "deflate-to-the-end": head("Connection: close", "Content-Encoding: deflate") + zlib.compress(PAGE),
}


def cuts() -> Iterator[tuple[str, bytes]]:
    """A path for each answer, cut after each of its bytes."""
    for name, data in WHOLE.items():
        for length in range(len(data)):
            yield f"/{name}/{length}", data[:length]


def test_an_answer_cut_at_any_byte_gives_no_record(site, tmp_path):
    every = dict(cuts())
    for path, data in every.items():
        site.serve(path, then_close(data))
    for name, data in WHOLE.items():
        site.serve(f"/{name}", then_close(data))
    whole = {f"/{name}" for name in WHOLE}
    site.serve("/", links(*every, *whole))
    job = Job(tmp_path, recipe([site.url("/")], crawl="delay: 0, per_host: 16"))

    ended = job.run("-q")

    assert {record["url"].removeprefix(site.url("")) for record in job.records()} == whole
    # Nothing at all after the head cannot be told from an empty page where only the end says how long.
    verdicts = {"ok": len(whole) + 1, "empty": 2, "failed": len(every) - 2}
    assert ended.report["verdicts"] == verdicts


class TestOddBodies:
    """One crawl over bodies that are too large, packed too well, empty, or in an odd encoding."""

    limit = 1_000_000

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, own_site, tmp_path_factory):
        site = own_site
        site.forget()
        bomb = gzip.compress(b"<h1>bomb</h1>" + bytes(200 * cls.limit))
        endless = head("Transfer-Encoding: chunked") + b"10000\r\n" + b"x" * 65536 + b"\r\n"

        async def go_on(wire):
            await wire.send(endless)
            while True:
                await wire.send(endless[endless.index(b"10000") :])

        def encoded(charset: str, text: str, codec: str, meta: str = "") -> bytes:
            body = f"<html><head>{meta}</head><h1>{text}</h1></html>".encode(codec)
            return answer(body, kind=f"text/html; charset={charset}" if charset else "text/html")

        pages = {
            "/announced": head(f"Content-Length: {10**13}") + b"x",
            "/bomb": answer(bomb, "200 OK", "Content-Encoding: gzip"),
            "/bombs": answer(gzip.compress(bomb), "200 OK", "Content-Encoding: gzip, gzip"),
            "/endless": go_on,
            "/just": answer(b"<h1>just</h1>" + b" " * (cls.limit - 13)),
            "/one-more": answer(b"<h1>one more</h1>" + b" " * (cls.limit - 16)),
            "/damaged": answer(PACKED[:20] + b"?" + PACKED[21:], "200 OK", "Content-Encoding: gzip"),
            "/unknown": answer(b"<h1>?</h1>", "200 OK", "Content-Encoding: pack200"),
            "/not-packed": answer(b"<h1>plain</h1>", "200 OK", "Content-Encoding: gzip"),
            "/204": b"HTTP/1.1 204 No Content\r\n\r\n",
            "/205": b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
            "/206": answer(b"<h1>half</h1>", "206 Partial", "Content-Range: bytes 0-12/99"),
            "/nothing": answer(b""),
            "/lies": encoded("utf-8", "Kaf\xe9", "latin-1"),
            "/silent": encoded("", "Th\xe9 \u20ac", "cp1252"),
            "/meta": encoded("", "\u7d05\u8336", "shift_jis", '<meta charset="shift_jis">'),
            "/utf-7": encoded("utf-7", "+ADw-b+AD4-", "ascii"),
            "/made-up": encoded("x-made-up", "th\xe9", "utf-8"),
            "/nul": answer(b"<h1>a\0b</h1>"),
        }
        for path, behaviour in pages.items():
            site.serve(path, behaviour)
        job = Job(
            tmp_path_factory.mktemp("bodies"),
            recipe(
                [site.url(path) for path in pages],
                crawl="delay: 0, per_host: 4",
                http=f"retries: 0, max_body: {cls.limit}B",
            ),
        )
        return job, job.run("-q")

    @pytest.mark.parametrize("path", ["/announced", "/bomb", "/bombs", "/endless", "/one-more"])
    def test_a_body_above_the_limit_fails(self, run, own_site, path):
        assert run[1].failure(own_site.url(path)) == "failed: body larger than 1000000 bytes"

    def test_no_body_fills_the_memory(self, run):
        assert run[1].peak_memory < 120e6

    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("/damaged", "failed: the body is damaged: not valid gzip (1 try)"),
            ("/not-packed", "failed: the body is damaged: not valid gzip (1 try)"),
            ("/unknown", 'failed: packed with "pack200", which cannot be unpacked here'),
            ("/206", "failed: HTTP 206 Partial Content, though the whole page was asked for"),
        ],
    )
    def test_a_body_that_is_no_page_says_why(self, run, own_site, path, why):
        assert run[1].failure(own_site.url(path)) == why

    def test_answers_without_a_body_are_empty_pages(self, run):
        assert run[1].report["verdicts"]["empty"] == 3

    def test_each_encoding_is_found_as_browsers_find_it(self, run, own_site):
        titles = {r["url"].removeprefix(own_site.url("")): r["title"] for r in run[0].records()}

        assert titles == {
            "/just": "just",
            "/lies": "Kaf\ufffd",
            "/silent": "Th\xe9 \u20ac",
            "/meta": "\u7d05\u8336",
            "/utf-7": "+ADw-b+AD4-",
            "/made-up": "th\xe9",
            "/nul": "a\ufffdb",
        }


def test_small_pages_go_on_while_a_large_one_is_read(site, tmp_path):
    rows = "".join(f"<li><b>{n}</b><i>{n}</i></li>" for n in range(120_000))
    site.serve("/large", answer(rows))
    site.patterns.append(lambda _, path: book(path) if path.startswith("/small") else None)
    site.serve("/", links("/large", *[f"/small/{n}" for n in range(1500)]))
    fields = "{ css: h1, required: true }\n"
    text = recipe([site.url("/")], crawl="delay: 0, per_host: 2").replace(
        fields, fields + "      rows: { each: li, fields: { b: b, i: i } }\n"
    )
    text = text.replace("required: true", 'default: "-"')

    ended = Job(tmp_path, text).run("-q")

    assert ended.report["verdicts"] == {"ok": 1502}
    (large,) = site.asked("/large")
    small = [e.start for e in site.log if e.start > large.end]
    assert max(later - earlier for earlier, later in pairwise(small)) < 0.4


def test_pages_made_to_be_slow_are_read_or_refused_at_once(site, tmp_path):
    pages = {
        "/nesting": "<div>" * 200_000,
        "/attributes": "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">",
        "/formatting": "".join(f"<b {n}><i {n}>" for n in range(60_000)),
        "/comments": "<!--" * 250_000,
        "/links": "".join(f"<a href=/n{n}>" for n in range(60_000)),
        "/address": "<a href='" + "../" * 300_000 + "'>up</a>",
        "/entities": "<h1>" + "&amp;" * 200_000,
    }
    for path, body in pages.items():
        site.serve(path, answer(body))

    ended = Job(tmp_path, recipe([site.url(path) for path in pages], crawl="delay: 0, depth: 0")).run("-q")

    assert ended.report["seen"] == len(pages)
    assert ended.report["elapsed"] < 5
    assert max(ended.report["slow_callbacks"].values(), default=0) < 0.5
