"""The same crawl by scrapekit, by Scrapy and by a hand-written loop: CPU, speed and memory side by side.

    python tests/bench/compare.py --pages 10000 --rounds 3

Each round runs every contestant once, each in a process of its own, the order turning with the
round; what a machine does to one it does to its neighbours, so the ratios are taken round by
round and the median is shown. Contestants whose libraries are missing are left out and named.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import bench_shop
import records
from measure import Usage, run_measured

HERE = Path(__file__).resolve().parent
SCRAPY_TUNED = {
    "AUTOTHROTTLE_ENABLED": "False",
    "COMPRESSION_ENABLED": "False",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "16",
    "COOKIES_ENABLED": "False",
    "LOG_ENABLED": "False",
    "MEMUSAGE_ENABLED": "False",
    "REDIRECT_ENABLED": "False",
    "REFERER_ENABLED": "False",
    "RETRY_ENABLED": "False",
    "TELNETCONSOLE_ENABLED": "False",
}


@dataclass(frozen=True, slots=True)
class Contestant:
    """A name, the library it needs, and its command for a site and an empty folder.

    The command writes its records as JSON lines to ``out.jsonl`` in that folder.
    """

    name: str
    needs: str
    command: Callable[[str, Path], list[str]]


def scrapekit(site: str, folder: Path) -> list[str]:
    recipe = str(HERE / "job_scrapekit.yaml")
    job = ["--job", str(folder / "job"), "-o", "out.jsonl"]
    return [sys.executable, "-m", "scrapekit", "run", recipe, "-q", "-i", f"site={site}", *job]


def bare(site: str, folder: Path) -> list[str]:
    return [sys.executable, str(HERE / "job_bare.py"), site, str(folder / "out.jsonl")]


def scrapy_default(site: str, folder: Path) -> list[str]:
    spider = str(HERE / "job_scrapy.py")
    return [
        sys.executable,
        "-m",
        "scrapy",
        "runspider",
        spider,
        "-a",
        f"site={site}",
        "-o",
        str(folder / "out.jsonl"),
    ]


def scrapy_tuned(site: str, folder: Path) -> list[str]:
    settings = [part for name, value in SCRAPY_TUNED.items() for part in ("-s", f"{name}={value}")]
    return [*scrapy_default(site, folder), *settings]


CONTESTANTS = (
    Contestant("scrapekit", "scrapekit", scrapekit),
    Contestant("bare loop", "lxml", bare),
    Contestant("scrapy default", "scrapy", scrapy_default),
    Contestant("scrapy tuned", "scrapy", scrapy_tuned),
)


def main() -> None:
    options = _arguments()
    present = [c for c in CONTESTANTS if find_spec(c.needs) and (not options.only or c.name in options.only)]
    for missing in (c for c in CONTESTANTS if not find_spec(c.needs)):
        print(f"{missing.name}: left out, {missing.needs} is not installed")
    print(f"Python {platform.python_version()}, {', '.join(_versions())}")
    cores = _cores()
    with _server(options, cores[-1] if len(cores) > 1 else None) as site:
        if len(cores) > 1:
            # What we start inherits this; the server keeps the last core to itself.
            os.sched_setaffinity(0, set(cores[:-1]))
        rounds = [_round(present, number, site, options.pages) for number in range(options.rounds)]
    _report(present, rounds, options.pages + bench_shop.listings(options.pages))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=10_000, help="detail pages of the shop (default 10000)")
    parser.add_argument("--page-bytes", type=int, default=12_000, help="size of one (default 12000)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each contestant (default 3)")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="run this contestant only; repeatable"
    )
    return parser.parse_args()


def _versions() -> Iterator[str]:
    for name in ("aiohttp", "lxml", "cssselect", "scrapy", "uvloop", "orjson"):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@contextmanager
def _server(options: argparse.Namespace, core: int | None) -> Iterator[str]:
    shop = ["--pages", str(options.pages), "--page-bytes", str(options.page_bytes)]
    command = [sys.executable, str(HERE / "server.py"), *shop]
    pinned = [] if core is None else ["--core", str(core)]
    with subprocess.Popen(
        [*command, *pinned], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            if process.poll() is not None:
                print(f"the shop's server had ended by itself, status {process.returncode}", file=sys.stderr)
        # Leaving the block closes its standard input, which ends it.


def _round(present: Sequence[Contestant], number: int, site: str, pages: int) -> dict[str, Usage]:
    turn = number % len(present)
    usages = {}
    for contestant in [*present[turn:], *present[:turn]]:
        with tempfile.TemporaryDirectory(prefix="scrapekit-bench-") as name:
            usages[contestant.name] = _run(contestant, site, Path(name), pages)
    return usages


def _run(contestant: Contestant, site: str, folder: Path, pages: int) -> Usage:
    usage = run_measured(contestant.command(site, folder), folder)
    wrong = records.differences(folder / "out.jsonl", pages)
    if usage.status or wrong:
        print((folder / "errors.txt").read_text(errors="replace")[-2000:], file=sys.stderr)
        sys.exit(f"{contestant.name}: exit status {usage.status}; {wrong or 'its records are right'}")
    print(
        f"{contestant.name:<16}{usage.cpu:8.2f} s CPU {usage.wall:8.2f} s {usage.peak / 2**20:7.0f} MiB",
        flush=True,
    )
    return usage


def _report(present: Sequence[Contestant], rounds: Sequence[dict[str, Usage]], fetched: int) -> None:
    print(
        f"\n{fetched} pages, {len(rounds)} rounds, medians; ratios are {present[0].name}'s CPU to the other's"
    )
    print(f"{'':<16}{'CPU ms/page':>12}{'pages/s':>10}{'peak MiB':>10}{'ratio':>8}")
    for contestant in present:
        usages = [usages[contestant.name] for usages in rounds]
        ratio = median(usages[present[0].name].cpu / usages[contestant.name].cpu for usages in rounds)
        cpu, speed = median(u.cpu for u in usages), fetched / median(u.wall for u in usages)
        peak = median(u.peak for u in usages) / 2**20
        print(f"{contestant.name:<16}{cpu / fetched * 1000:>12.3f}{speed:>10.0f}{peak:>10.0f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
