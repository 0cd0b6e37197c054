"""Kills a real run at random moments, starts it again, and counts what was lost, doubled or repeated.

By hand: ``python tests/faults/kill_driver.py --pages 2000 --runs 20 --kills 3``; with ``--late`` the last
kill of each job falls into the instants between its last file and the end of its process.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

EXPORTS = ("jsonl", "json", "csv", "sqlite")
CONCURRENCY = 8
_ROWS = 20

_RECIPE = """\
scrapekit: 1
name: shop
seeds:
  listing: {site}/listing/1
pages:
  listing:
    links:
      product: li a
      listing: a.next
  product:
    item: product
    key: number
    fields:
      number: h1
      text: p
"""

_JOINED = """\
scrapekit: 1
name: shop
seeds:
  listing: {site}/listing/1
pages:
  listing:
    item: product
    each: li
    key: number
    detail: {{ css: a, page: product }}
    fields: {{ number: a }}
    paginate: {{ next: a.next }}
  product:
    fields:
      title: {{ css: h1, required: true }}
      maker: {{ at: a.maker, css: b, required: true }}
      notes: {{ css: p, pages: {{ next: a.more }} }}
      label: "{{{{ item.number }}}} {{{{ item.title }}}} {{{{ item.maker }}}}"
"""
"""Each record from its row, a page of its own, the page after that, and a page it shares with others."""

_REST = """\
export:
  - jsonl: out/shop.jsonl
  - json: out/shop.json
  - csv: out/shop.csv
  - sqlite: out/shop.sqlite
http: {{ retries: 3, timeout: 20s }}
crawl: {{ delay: 0, per_host: {concurrency}, concurrency: {concurrency} }}
"""

_MAKERS = 7


class Site:
    """A shop on the loopback that logs every request with its time."""

    def __init__(self, pages: int, latency: float = 0.004) -> None:
        self.pages = pages
        self.latency = latency
        self.log: list[tuple[float, str]] = []
        self.url = ""

    def body(self, path: str) -> str | None:
        """The page at *path*, None when there is none."""
        if match := re.fullmatch(r"/listing/(\d+)", path):
            number = int(match[1])
            first = (number - 1) * _ROWS
            rows = [
                f'<li><a href="/product/{n}">{n}</a>' for n in range(first, min(first + _ROWS, self.pages))
            ]
            more = first + _ROWS < self.pages
            return (
                "<ul>"
                + "".join(rows)
                + "</ul>"
                + (f'<a class=next href="/listing/{number + 1}">' if more else "")
            )
        if (match := re.fullmatch(r"/product/(\d+)", path)) and (number := int(match[1])) < self.pages:
            maker, more = f"<a class=maker href=/maker/{number % _MAKERS}>", f"<a class=more href={path}/2>"
            return f"<h1>{number}</h1><p>{f'text of {number}, ' * 30}</p>{maker}{more}"
        if match := re.fullmatch(r"/product/(\d+)/2", path):
            return f"<p>more of {match[1]}</p>"
        if match := re.fullmatch(r"/maker/(\d+)", path):
            return f"<b>maker {match[1]}</b>"
        return None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, request after request."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                self.log.append((time.monotonic(), path))
                await asyncio.sleep(self.latency)
                text = self.body(path)
                body = (text or "no such page").encode()
                status = b"200 OK" if text is not None else b"404 Not Found"
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(body))
                    + body
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def wait_for(self, requests: int, process: subprocess.Popen[bytes]) -> None:
        """Wait until the log holds so many requests, or the process has ended."""
        while len(self.log) < requests and process.poll() is None:
            time.sleep(0.002)

    @contextmanager
    def served(self) -> Iterator[Site]:
        """The site, served from a thread of its own."""
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self.answer, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()


@dataclass
class Score:
    """What came of one job that was killed and resumed until it was complete."""

    kills: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    refetched: int = 0
    slowest_start: float = 0.0
    output: str = ""
    incomplete: list[str] = field(default_factory=list)
    """Records from several pages that lack something of one."""
    untold: int = 0
    """Kills between the store's note that the job has ended and the summary."""
    unheard: int = 0
    """Jobs that count as told, although their summary was never printed."""

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing doubled, no more refetched than was in flight, quick to go on, and told."""
        kept = not self.lost and not self.doubled and not self.incomplete and not self.unheard
        return kept and self.refetched <= CONCURRENCY * self.kills and self.slowest_start <= 5.0


@dataclass(frozen=True)
class Late:
    """A moment *after* so many seconds since the store noted that the job has ended."""

    after: float

    def wait(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        """Wait for the moment, or for the end of the process."""
        while process.poll() is None:
            if facts(folder).get("finished"):
                time.sleep(self.after)
                return
            time.sleep(0.002)


Moment = float | int | Late


def facts(folder: Path) -> dict[str, str]:
    """What the job's store has noted; empty while there is no store."""
    store = folder / ".scrapekit" / "shop" / "job.sqlite"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return dict(db.execute("SELECT key, value FROM meta"))
    return {}


def command(folder: Path) -> list[str]:
    """The very command that people type."""
    return [sys.executable, "-m", "scrapekit", "run", str(folder / "shop.yaml"), "-q"]


def run_job(
    site: Site, folder: Path, moments: Sequence[Moment], how: signal.Signals, *, joined: bool = False
) -> Score:
    """Run a job in *folder*, killed at each of *moments*, until it ends by itself or was told.

    A moment is a number of seconds (a float), a number of requests that the site was sent (an int), or
    `Late`. With *joined* each record is made of several pages.
    """
    recipe = (_JOINED if joined else _RECIPE) + _REST
    (folder / "shop.yaml").write_text(recipe.format(site=site.url, concurrency=CONCURRENCY))
    site.log.clear()
    score = Score()
    for moment in [*moments, None]:
        before, began = len(site.log), time.monotonic()
        code = _run_once(site, folder, score, moment, how)
        if len(site.log) > before:
            score.slowest_start = max(score.slowest_start, site.log[before][0] - began)
        if code not in (None, 0):
            raise RuntimeError(f"exit code {code}: {score.output}")
        noted = facts(folder)
        if "told" in noted:
            score.unheard += "shop: complete after" not in score.output
        if code == 0 or "told" in noted:
            break
        score.untold += "finished" in noted
    _count(site, folder, score)
    if joined:
        score.incomplete = incomplete(folder)
    return score


def incomplete(folder: Path) -> list[str]:
    """The records from several pages that are not what their pages say."""
    records = json.loads((folder / "out" / "shop.json").read_text(encoding="utf-8"))
    return [record["number"] for record in records if not _is_whole(record)]


def _is_whole(record: dict[str, object]) -> bool:
    number = str(record["number"])
    maker = f"maker {int(number) % _MAKERS}"
    found = (record["title"], record["maker"], record["label"])
    notes = [f"text of {number}, " * 30, f"more of {number}"]
    return found == (number, maker, f"{number} {number} {maker}") and record["notes"] == [
        note.strip() for note in notes
    ]


def _run_once(
    site: Site, folder: Path, score: Score, moment: Moment | None, how: signal.Signals
) -> int | None:
    """Run the command once, and kill it at the moment; its exit code, None when it was killed."""
    process = subprocess.Popen(
        command(folder),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    if isinstance(moment, int):
        site.wait_for(len(site.log) + moment, process)
    if isinstance(moment, Late):
        moment.wait(folder, process)
    try:
        score.output = process.communicate(timeout=moment if isinstance(moment, float | None) else 0)[
            0
        ].decode()
        return process.returncode
    except subprocess.TimeoutExpired:
        score.kills += 1
        os.killpg(process.pid, how)
        score.output = process.communicate(timeout=30)[0].decode()
        return None


def _count(site: Site, folder: Path, score: Score) -> None:
    expected = {str(number) for number in range(site.pages)}
    for kind in EXPORTS:
        found = Counter(read_export(folder / "out" / f"shop.{kind}"))
        score.lost[kind] += len(expected - set(found))
        score.doubled[kind] += sum(found.values()) - len(found)
    score.lost, score.doubled = +score.lost, +score.doubled
    fetches = Counter(path for _, path in site.log if path != "/robots.txt")
    score.refetched = sum(fetches.values()) - len(fetches)


def read_export(path: Path) -> list[str]:
    """The numbers of the records in a finished export; raises when the file is not whole."""
    if path.suffix == ".sqlite":
        with sqlite3.connect(path) as db:
            rows = [str(row[0]) for row in db.execute("SELECT number FROM product")]
        db.close()
        return rows
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return [record["number"] for record in json.loads(text)]
    if path.suffix == ".csv":
        return [row["number"] for row in csv.DictReader(text.splitlines())]
    return [json.loads(line)["number"] for line in text.splitlines()]


def main() -> int:
    """Many jobs, each killed a few times at random moments; prints a line a job and a verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--signal", default="KILL", choices=["KILL", "TERM", "INT"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--late", action="store_true", help="make the last kill one at the job's end")
    parser.add_argument("--joined", action="store_true", help="make each record of several pages")
    arguments = parser.parse_args()
    rng, how, bad = random.Random(arguments.seed), signal.Signals[f"SIG{arguments.signal}"], 0
    with Site(arguments.pages).served() as site:
        for number in range(arguments.runs):
            with tempfile.TemporaryDirectory() as folder:
                moments: list[Moment] = [
                    rng.uniform(0.1, arguments.pages / 600 + 1) for _ in range(arguments.kills)
                ]
                if arguments.late:
                    moments[-1] = Late(rng.choice([0.0, rng.uniform(0, 0.05)]))
                score = run_job(site, Path(folder), moments, how, joined=arguments.joined)
            bad += not score.clean
            print(
                f"job {number + 1}: {score.kills} kills ({score.untold} before it told),"
                f" lost {dict(score.lost)}, doubled {dict(score.doubled)},"
                f" incomplete {len(score.incomplete)}, refetched {score.refetched},"
                f" first request after {score.slowest_start:.2f} s"
            )
    print(f"{arguments.runs - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
