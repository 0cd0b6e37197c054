"""A small shop on the loopback, for recipes whose records stand on several pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent, indent

import pytest

from scrapekit.report import Report
from scrapekit.run import RunSettings, prepare, run

HEAD = """\
scrapekit: 1
name: shop
inputs: { site: { type: string } }
seeds: { listing: "{{ inputs.site }}/" }
crawl: { delay: 0, allow_failed: 100% }
http: { retries: 0 }
export: out/shop.jsonl
pages:
"""


class Site:
    """Pages by path, what was asked for, and where a path is moved."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.asked: list[str] = []
        self.on_ask: Callable[[str], None] = lambda path: None
        self.url = ""

    @contextmanager
    def served(self) -> Iterator[Site]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.on_ask(self.path)
                site.asked.append(self.path)
                body = site.pages.get(self.path, "").encode()
                target = site.moved.get(self.path)
                self.send_response(302 if target else 200 if body else 404)
                if target:
                    self.send_header("Location", target)
                self.send_header("Content-Type", "application/json" if body[:1] == b"{" else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *arguments):
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

    def fetches(self) -> list[str]:
        """The paths that were asked for, robots.txt left out."""
        return [path for path in self.asked if path != "/robots.txt"]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().served() as site:
        yield site


class Shop:
    """A recipe in a folder of its own."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.site = site
        self.report: Report

    async def run(self, pages: str, more: str = "", **settings) -> list[dict]:
        """Run these page rules; gives the records, in the order of their names."""
        (self.folder / "shop.yaml").write_text(HEAD + indent(dedent(pages), "  ") + dedent(more))
        stop = settings.pop("stop", None)
        inputs = {"site": self.site.url}
        given = RunSettings(self.folder / "shop.yaml", inputs, out_dir=self.folder, **settings)
        self.report = await run(prepare(given), stop=stop)
        path = self.folder / "out" / "shop.jsonl"
        if not path.exists():
            return []
        records = [json.loads(line) for line in path.read_text().splitlines()]
        return sorted(records, key=lambda record: str(next(iter(record.values()))))


@pytest.fixture
def shop(tmp_path, site) -> Shop:
    return Shop(tmp_path, site)
