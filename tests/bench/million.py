"""Queues a million addresses over a thousand hosts, then fetches some, and prints what that costs.

``python tests/bench/million.py [--urls 1000000] [--fetch 20000] [--hosts 1000]``. The pages
come from memory: this measures the frontier, the store and the loop, not the network or the parser.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from scrapekit import Outcome, Page, Request, Verdict
from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.engine import Engine
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import PageReader
from scrapekit.crawl.politeness import Pace
from scrapekit.hookspecs import MOMENTS
from scrapekit.job.journal import Journal
from scrapekit.job.state import Store
from scrapekit.web.scope import Scope

_LINKS = 10_000


def resident() -> float:
    """The process's memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def crawl(urls: int, fetch: int, hosts: int, folder: Path) -> None:
    """Queue *urls* addresses from index pages, then fetch *fetch* of them."""
    marks: dict[str, tuple[float, float, float]] = {}
    fetched = 0

    def mark(name: str) -> None:
        marks[name] = (time.perf_counter(), time.process_time(), resident())

    async def perform(request: Request) -> Page:
        return Page(request, request.url, 200, {}, b"")

    def index(page: Page) -> Outcome:
        number = int(page.url.rpartition("/")[2])
        first = number * _LINKS
        links = [
            Request(f"http://h{n % hosts}.test/some/longer/path/of/a/page-{n}.html", "leaf", depth=1)
            for n in range(first, min(first + _LINKS, urls))
        ]
        return Outcome(page.request, Verdict.OK, (), links)

    def leaf(page: Page) -> Outcome:
        nonlocal fetched
        if engine.committer.counters["seen"] < urls:
            return Outcome(page.request, Verdict.EMPTY)
        if fetched == 0:
            mark("queued")
        fetched += 1
        if fetched == fetch:
            mark("fetched")
            frontier.close()
        return Outcome(page.request, Verdict.EMPTY)

    journal = Journal(Store(folder / "job.sqlite"), [], "recipe")
    await journal.open()
    pace = Pace(delay=0, per_host=4, concurrency=64, obey_robots=False)
    frontier = Frontier(pace, journal, clock=time.monotonic)
    callbacks = {"index": index, "leaf": leaf}
    engine = Engine(
        frontier=frontier,
        perform=perform,
        reader=PageReader(callbacks.__getitem__),
        journal=journal,
        relay=SimpleNamespace(**dict.fromkeys(MOMENTS)),
        admission=Admission(Limits(Scope.of("any", []))),
        seeds=(Request(f"http://index.test/{n}", "index") for n in range(urls // _LINKS)),
    )
    mark("start")
    await engine.run()
    await journal.close()
    size = (folder / "job.sqlite").stat().st_size
    _print(marks, urls, fetch, size)


def _print(marks: dict[str, tuple[float, float, float]], urls: int, fetch: int, size: int) -> None:
    wall, cpu, memory = ([marks[name][k] for name in ("start", "queued", "fetched")] for k in range(3))
    each = 1e6 * (cpu[1] - cpu[0]) / urls
    print(f"queued {urls:,}: {urls / (wall[1] - wall[0]):,.0f}/s, {each:.1f} µs CPU each")
    print(f"store: {size / urls:.0f} bytes an address")
    print(f"fetched {fetch:,}: {1e6 * (cpu[2] - cpu[1]) / fetch:.1f} µs CPU each")
    print(
        f"memory: {memory[0]:.0f} MB at the start, {memory[1]:.0f} MB queued, {memory[2]:.0f} MB at the end"
    )


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--fetch", type=int, default=20_000)
    parser.add_argument("--hosts", type=int, default=1_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(crawl(arguments.urls, arguments.fetch, arguments.hosts, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
