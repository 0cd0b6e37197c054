"""Several proxies: hosts keep to one of them, until an answer sends them to the next."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest

from scrapekit.errors import ExitCode, RecipeError, UsageError
from scrapekit.report import Report
from scrapekit.run import RunSettings, prepare, run

RECIPE = """\
scrapekit: 1
name: books
inputs: { site: { type: string } }
seeds: { listing: "{{ inputs.site }}/" }
crawl: { delay: 0, per_host: 1, robots: ignore, allow_failed: 100%% }
http: { retries: 0, %s }
export: out/books.jsonl
pages:
  listing: { links: { book: a } }
  book: { item: book, fields: { title: h1 } }
"""
ROTATE = "responses: [{ when: css:.captcha, then: rotate, reason: captcha }]\n"

Answer = tuple[int, str, dict[str, str]]


@contextmanager
def listening(answer: Callable[[BaseHTTPRequestHandler], Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, text, headers = answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Site:
    """Two proxies that really forward, and a site that may not like one of them."""

    def __init__(self) -> None:
        self.disliked: set[str] = set()
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []
        """Proxy, path, cookies."""
        self.url = ""
        self.proxies: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> Answer:
        via, path = handler.headers["Via"], handler.path
        self.asked.append((via, path, handler.headers.get("Cookie", "")))
        cookie = {"Set-Cookie": f"session={via}"}
        if via in self.disliked:
            return self.status, "<p class=captcha>Who are you?</p>", cookie | self.headers
        links = "".join(f"<a href='/{n}'>{n}</a>" for n in range(3))
        return 200, f"<h1>Book {path}</h1>{links}", cookie

    @contextmanager
    def served(self) -> Iterator[Site]:
        with listening(self.answer) as self.url, proxy("one") as one, proxy("two") as two:
            self.proxies = [one, two]
            yield self

    def via(self) -> list[str]:
        return [via for via, _, _ in self.asked]


def proxy(name: str):
    def forward(handler: BaseHTTPRequestHandler) -> Answer:
        target = urlsplit(handler.path)
        connection = http.client.HTTPConnection(target.netloc)
        headers = {key: value for key, value in handler.headers.items() if key.lower() == "cookie"}
        connection.request("GET", target.path, headers=headers | {"Via": name})
        answer = connection.getresponse()
        text = answer.read().decode()
        kept = {key: value for key, value in answer.getheaders() if key.lower() != "content-length"}
        connection.close()
        return answer.status, text, kept

    return listening(forward)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().served() as site:
        yield site


@pytest.fixture
def crawl(tmp_path: Path, site: Site):
    async def go(more: str = "", proxies: list[str] | None = None, http: str = "", **settings) -> Report:
        listed = site.proxies if proxies is None else proxies
        written = f"proxy: {json.dumps(listed)}" + (f", {http}" if http else "")
        (tmp_path / "books.yaml").write_text(RECIPE % written + more)
        given = RunSettings(tmp_path / "books.yaml", {"site": site.url}, out_dir=tmp_path, **settings)
        return await run(prepare(given))

    return go


async def test_a_host_keeps_to_one_of_several_proxies(crawl, site):
    report = await crawl()

    assert len(site.asked) == 4
    assert len(set(site.via())) == 1
    assert report.exit_code == ExitCode.COMPLETE


async def test_a_captcha_sends_the_host_to_the_next_proxy_with_cookies_of_its_own(crawl, site):
    await crawl()
    first = site.via()[0]
    second = "two" if first == "one" else "one"
    site.asked.clear()
    site.disliked = {first}

    report = await crawl(ROTATE, http="keep_cookies: true")

    assert site.via() == [first, second, second, second, second]
    assert [cookies for _, _, cookies in site.asked] == ["", "", *[f"session={second}"] * 3]
    assert (report.verdicts, report.retries) == ({"ok": 4}, 1)


async def test_when_every_proxy_was_tried_it_fails_with_the_reason(crawl, site):
    site.disliked = {"one", "two"}

    report = await crawl(ROTATE)

    assert sorted(site.via()) == ["one", "two"]
    (failure,) = report.failures
    assert (failure.reason, failure.verdict, failure.tries) == (
        "captcha (responses[0]) (2 tries)",
        "failed",
        2,
    )


async def test_a_host_that_asks_for_patience_has_it_from_every_proxy(crawl, site):
    site.disliked, site.status, site.headers = {"one", "two"}, 429, {"Retry-After": "1"}
    began = monotonic()

    report = await crawl(ROTATE)

    assert monotonic() - began >= 1
    assert [failure.verdict for failure in report.failures] == ["blocked"]


async def test_a_proxy_that_is_gone_is_left_for_the_next(crawl, site):
    await crawl()
    gone = site.proxies.copy()
    gone[0 if site.via()[0] == "one" else 1] = "http://127.0.0.1:9/"
    site.asked.clear()

    report = await crawl(proxies=gone, http="connect_timeout: 5s", overrides=[("http.retries", "1")])

    assert (report.verdicts, report.retries) == ({"ok": 4}, 1)
    assert len(set(site.via())) == 1


@pytest.mark.parametrize(
    ("proxies", "more", "http", "said"),
    [
        (["http://a:1"], ROTATE, "", "there is no other proxy to go on with"),
        ([], ROTATE, "", "there is no other proxy to go on with"),
        (["http://a:1", "ftp://b"], "", "", 'a proxy is an http:// or https:// address, found "ftp://b"'),
        (["http://a:1", "http://a:1"], "", "", "a proxy is listed twice"),
        (["http://a:1", "http://b:1"], "", "keep_cookies: between_runs", "cookies belong to one proxy"),
    ],
)
async def test_what_cannot_be_is_told_before_anything_is_sent(crawl, proxies, more, http, said):
    with pytest.raises(RecipeError) as told:
        await crawl(more, proxies=proxies, http=http)

    assert said in str(told.value)


async def test_cookies_of_a_browser_are_not_lent_to_several_proxies(crawl, tmp_path):
    with pytest.raises(UsageError, match="cookies belong to one proxy"):
        await crawl(cookies_from=tmp_path / "cookies.txt")
