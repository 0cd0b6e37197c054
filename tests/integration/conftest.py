"""A small shop on the loopback, for recipes whose records stand on several pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent

import pytest

from loopback import Answer, Asked, serving
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

    def _answer(self, asked: Asked) -> Answer:
        self.on_ask(asked.path)
        self.asked.append(asked.path)
        if target := self.moved.get(asked.path):
            return Answer(status=302, headers={"Location": target})
        body = self.pages.get(asked.path, "")
        kind = "application/json" if body[:1] == "{" else "text/html"
        return Answer(body, 200 if body else 404, {"Content-Type": kind})

    @contextmanager
    def served(self) -> Iterator[Site]:
        with serving(self._answer) as self.url:
            yield self

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
