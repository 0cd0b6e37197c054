"""Whole crawls of random sites in virtual time, killed and stopped anywhere: all of it once, none twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scrapekit import FetchError, Item, Origin, Outcome, Page, Request, StuckError, Verdict
from scrapekit.crawl import fairness, schedule
from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.engine import Engine, StoppedNow
from scrapekit.crawl.entries import ROBOTS_PAGE
from scrapekit.crawl.fairness import Fairness
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import PageReader
from scrapekit.crawl.politeness import Pace
from scrapekit.hookspecs import MOMENTS
from scrapekit.job.joins import Joins, JoinTerms
from scrapekit.job.state import Store
from scrapekit.model import FAILURES, Answered, Ask, Pending, Step
from scrapekit.recipe.model import Traps
from scrapekit.web.robots import RobotsNotNow, read_robots
from scrapekit.web.scope import Scope
from scrapekit.web.url import lane_of, origin_of

RULES = read_robots(200, b"User-agent: *\nDisallow: /forbidden\nCrawl-delay: 0.5\n", "scrapekit")


_FOR_EVER = 10**9


class Killed(Exception):
    """The process is gone; only what the store holds is left."""


class Site:
    """A random web: links, redirects, pages that fail a while or for ever, hosts that want patience."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        hosts = [f"http://h{n}.test" for n in range(rng.randint(1, 4))]
        paths = ["page", "page", "page", "forbidden"]
        self.urls = [f"{rng.choice(hosts)}/{rng.choice(paths)}/{n}" for n in range(rng.randint(1, 70))]
        self.seeds = self.urls[: rng.choice([1, 1, 3, len(self.urls)])]
        self.links = {
            url: rng.sample(self.urls, rng.randint(0, min(12, len(self.urls)))) for url in self.urls
        }
        self.depths = {url: rng.randint(0, 5) for url in self.urls}
        # What a page's record needs of other pages, what it needs once it has that, and where it goes on.
        self.needs = {
            url: rng.sample(self.urls, min(k, len(self.urls)))
            for url in self.urls
            if (k := rng.choice([0, 0, 1, 2]))
        }
        self.then = {url: rng.choice(self.urls) for url in self.needs if rng.random() < 0.5}
        self.goes_on = {url: rng.choice(self.urls) for url in self.urls if rng.random() < 0.3}
        self.moved: dict[str, str] = {}
        self.failing: Counter[str] = Counter()
        for url in self.urls:
            kind = rng.random()
            if kind < 0.15:
                # To another page, or to itself, as a site does that sets a cookie first.
                self.moved[url] = rng.choice([rng.choice(self.urls), url])
            elif kind < 0.3:
                self.failing[url] = rng.choice([1, 2, _FOR_EVER])
        for url, target in list(self.moved.items()):
            if target != url and target in self.moved:
                del self.moved[url]
        self.patience = Counter(dict.fromkeys(hosts, 6))
        self.unreadable = Counter({origin: rng.choice([0, 0, 1, 9]) for origin in hosts})
        self.silent = {origin for origin, times in self.unreadable.items() if times > 3}

    def answer(self, request: Request, rng: random.Random):
        url, origin = request.url, origin_of(request.url)
        if request.page == ROBOTS_PAGE:
            self.unreadable[origin] -= 1
            return RobotsNotNow("HTTP 503") if self.unreadable[origin] >= 0 else RULES
        if self.failing[url] > 0:
            self.failing[url] -= 1
            if self.failing[url] < 9 and self.patience[origin] and rng.random() < 0.3:
                self.patience[origin] -= 1
                return FetchError("HTTP 429", retry=True, throttled=True, retry_after=2.0)
            return FetchError("HTTP 503", retry=True)
        if url in self.moved and url not in request.via:
            return replace(request, url=self.moved[url], via=(*request.via, url))
        return Page(request, url, 200, {}, b"")

    def read(self, page: Page) -> Outcome:
        if page.request.ask:
            return self.read_asked(page)
        links = [Request(url, depth=self.depths[url]) for url in self.links[page.url]]
        if page.url not in self.needs:
            return Outcome(page.request, Verdict.OK, [record(page.url, {})], links)
        pending = Pending("page", "joiner", page.url, self.asks(page.url, self.needs[page.url], 1), {})
        return Outcome(page.request, Verdict.OK, (), links, pending=[pending])

    def asks(self, url: str, needed: Sequence[str], first: int) -> list[Ask]:
        return [
            Ask(place, Request(each, "asked", depth=self.depths[url], ask=f"ask {each}"))
            for place, each in enumerate(needed, start=first)
        ]

    def read_asked(self, page: Page) -> Outcome:
        """The answer is the address; some go on over another page, at most three in all."""
        request, number = page.request, (page.request.paging or {}).get("n", 1)
        following = []
        if number < 3 and (url := self.goes_on.get(page.url)):
            following = [
                Request(url, "asked", depth=request.depth, ask=request.ask, paging={"n": number + 1})
            ]
        return Outcome(request, Verdict.OK, (), following, answer=page.url)

    def advance(self, state: str, answers: Mapping[int, Answered]) -> Step:
        """The joiner: first what a record needs, then what it needs beside; at the end the record."""
        if state in self.then and 9 not in answers:
            return Step(asks=self.asks(state, [self.then[state]], 9))
        return Step(items=[record(state, answers)])

    def missing(self, found: Mapping[str, Mapping[int, Answered]]) -> list[tuple[str, int]]:
        """The answers that records lack although their pages can be had."""
        return [
            (url, place)
            for url, answers in found.items()
            for place, needed in [*enumerate(self.needs.get(url, ()), start=1), (9, self.then.get(url))]
            if needed and self.answers(needed) and answers[place].parts[:1] != self.answers(needed)
        ]

    def answers(self, url: str) -> list[str]:
        """What a page answers; nothing where it may be that it cannot be had."""
        target = self.moved.get(url, url)
        if any(self.is_lost(each) or origin_of(each) in self.silent for each in (url, target)):
            return []
        return [target]

    def is_lost(self, url: str) -> bool:
        return "/forbidden/" in url or self.failing[url] > 9

    def pages(self, *, silent: bool) -> set[str]:
        """Every page that a crawl from the seeds brings, with or without the silent hosts' pages."""
        found: set[str] = set()
        seen: set[str] = set()
        todo = list(self.seeds)
        while todo:
            url = todo.pop()
            if url in seen or self.is_lost(url) or (not silent and origin_of(url) in self.silent):
                continue
            seen.add(url)
            if self.moved.get(url, url) != url:
                todo.append(self.moved[url])
            else:
                found.add(url)
                todo += self.links[url]
        return found


def record(url: str, answers: Mapping[int, Answered]) -> Item:
    return Item("page", {"url": url, "answers": answers}, Origin(url))


class Disk:
    """The journal as the loop sees it: one thing at a time, in order, and gone at some commit."""

    def __init__(
        self, store: Store, joins: Joins, records: list[Item], rng: random.Random, commits: int | None
    ) -> None:
        self.store = store
        self.joins = joins
        self.records = records
        self._rng = rng
        self._left = commits
        self._queue = asyncio.Lock()

    async def commit(self, group):
        async with self._queue:
            await asyncio.sleep(self._rng.choice([0, 0.01, 0.2]))
            dying = self._left == 0
            self._left = None if self._left is None else self._left - 1
            with self.store.transaction():
                if dying and self._rng.random() < 0.3:
                    raise Killed
                self.joins.settle(group)
                self.records += group.items
                if dying and self._rng.random() < 0.5:
                    raise Killed
                committed = self.store.write(group, {"list": {"n": len(self.records)}})
            if dying:
                raise Killed
            return committed

    async def waiting(self, lane, after, limit):
        async with self._queue:
            await asyncio.sleep(self._rng.choice([0, 0.01, 0.2]))
            return self.store.waiting(lane, after, limit)


class Job:
    """Runs of one crawl, and what is promised after each."""

    def __init__(self, site: Site, folder: Path, rng: random.Random, *, strict: bool = False) -> None:
        """*strict*: with limits that refuse many links."""
        self.site = site
        self.strict = strict
        self.path = folder / "job.sqlite"
        self.rng = rng
        self.records: list[Item] = []
        self.order = rng.choice(["breadth", "depth", "priority"])
        self.pace = Pace(
            delay=rng.choice([0, 0.1]), per_host=rng.choice([1, 2, 4]), concurrency=rng.choice([1, 3, 8, 40])
        )
        self.running: Counter[str] = Counter()

    async def run(self, loop, how: str) -> None:
        """One run that ends by itself, or is killed, drained or stopped at some moment."""
        traps = Traps(alike=4, fruitless=2) if self.strict else None
        with closing(Store(self.path, Fairness(self.order, traps))) as store:
            restored = store.open("recipe")
            del self.records[restored.positions.get("list", {"n": 0})["n"] :]  # type: ignore[misc]
            anywhere = Scope.of("any", [])
            joins = store.joins(JoinTerms({"joiner": self.site}, anywhere, self.order), len(self.records))
            commits = self.rng.randrange(12) if how == "kill" else None
            disk = Disk(store, joins, self.records, self.rng, commits)
            frontier = Frontier(self.pace, disk, clock=loop.time, rng=self.rng)
            # A host that is down when a job goes on is parked; in the end what waits for it counts as failed.
            frontier.may_fail = lambda more: True
            frontier.restore(restored.lanes, now_unix=loop.time())
            engine = Engine(
                frontier=frontier,
                perform=self._perform(loop),
                reader=PageReader(lambda rule: self.site.read),
                journal=disk,
                relay=SimpleNamespace(**dict.fromkeys(MOMENTS)),
                admission=Admission(self.limits()),
                seeds=islice(map(Request, self.site.seeds), restored.seeds, None),
            )
            engine.committer.counters.update(restored.counters)
            if how in ("drain", "stop"):
                loop.call_later(self.rng.random() * 5, frontier.close if how == "drain" else engine.stop_now)
            try:
                await engine.run()
            except (Killed, StoppedNow, StuckError):
                return
            else:
                self._check_end(engine, store, how)
            finally:
                check_books(store)

    def _perform(self, loop):
        starts: dict[str, list[float]] = defaultdict(list)
        running: Counter[str] = Counter()

        async def perform(request):
            lane = lane_of(request.url)
            running[lane] += 1
            assert running[lane] <= self.pace.per_host
            assert sum(running.values()) <= self.pace.concurrency
            starts[lane].append(loop.time())
            assert all(b - a > self.pace.delay - 0.002 for a, b in pairwise(starts[lane][-2:]))
            try:
                await asyncio.sleep(self.rng.choice([0, 0.05, 0.4]))
                return self.site.answer(request, self.rng)
            finally:
                running[lane] -= 1

        return perform

    def limits(self) -> Limits:
        if not self.strict:
            return Limits(Scope.of("any", []), order=self.order)
        return Limits(Scope.of("host", ["http://h0.test/"]), self.order, depth=3, traps=Traps())

    def _check_end(self, engine: Engine, store: Store, how: str) -> None:
        frontier, counters = engine.frontier, engine.committer.counters
        stored = dict(store._db.execute("SELECT name, value FROM counter"))
        assert {name: n for name, n in counters.items() if n} == {n: v for n, v in stored.items() if v}
        settled = sum(n for name, n in counters.items() if name.startswith("verdict:"))
        assert counters["seen"] == settled + frontier.waiting
        assert frontier.in_flight == 0
        assert frontier.slots.taken == 0
        waiting = counters["joined:begun"] - counters["joined:ended"]
        assert len(self.urls) == len(set(self.urls)) == counters["page:ok:"] - waiting
        if how == "end":
            assert frontier.waiting == waiting == 0
            assert not engine.seeds_left

    @property
    def urls(self) -> list[str]:
        return [item.fields["url"] for item in self.records]

    def check_complete(self) -> None:
        """Every page that can be had is there once. A silent host may have been left alone or not."""
        with closing(Store(self.path, Fairness(self.order))) as store:
            restored = store.open("recipe")
        assert all(lane.waiting == 0 for lane in restored.lanes)
        assert len(self.urls) == len(set(self.urls))
        assert self.site.pages(silent=False) <= set(self.urls) <= self.site.pages(silent=True)
        answers = {item.fields["url"]: item.fields["answers"] for item in self.records}
        assert self.site.missing(answers) == []
        assert self.left_over() == []

    def left_over(self) -> list[str]:
        """Questions that never ended, and records that still wait."""
        with closing(sqlite3.connect(self.path)) as db:
            return (
                db.execute("SELECT key FROM ask WHERE state = 0").fetchall()
                + db.execute("SELECT id FROM record UNION ALL SELECT record FROM want").fetchall()
            )


def check_books(store: Store) -> None:
    """What the report is made of is what the store holds: nothing vanished, nothing was counted twice."""
    db = store._db
    counters = Counter(dict(db.execute("SELECT name, value FROM counter")))
    ended = Counter(dict(db.execute("SELECT verdict, COUNT(*) FROM done GROUP BY verdict")))
    (waiting,) = db.execute("SELECT COUNT(*) FROM queue").fetchone()
    assert counters["seen"] == sum(ended.values()) + waiting
    assert ended == {name[8:]: n for name, n in counters.items() if name.startswith("verdict:")}
    assert db.execute("SELECT seq FROM done INTERSECT SELECT seq FROM queue").fetchall() == []
    rules = Counter(dict(db.execute("SELECT page, COUNT(*) FROM failure GROUP BY page")))
    assert sum(rules.values()) == sum(n for v, n in ended.items() if Verdict(v) in NO_PAGE)
    # Every link that a page gave was queued, or known, or refused for a reason that is counted.
    (links,) = db.execute("SELECT coalesce(SUM(links), 0) FROM done").fetchone()
    sums = {prefix: sum(n for name, n in counters.items() if name.startswith(prefix)) for prefix in PREFIXES}
    known = counters["duplicates"] + counters["duplicate_seeds"]
    given = links + counters["seeds"] + sums["join:asked:"]
    assert given == counters["seen"] + known + sums["note:links "] + sums["note:paging"]


NO_PAGE = FAILURES | {Verdict.ROBOTS, Verdict.OUT_OF_SCOPE, Verdict.DROPPED}
PREFIXES = ("join:asked:", "note:links ", "note:paging")


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), ends=st.lists(st.sampled_from(["kill", "drain", "stop"]), max_size=4))
def test_the_books_balance_however_many_links_are_refused(jumping, monkeypatch, seed, ends):
    monkeypatch.setattr(fairness, "BLOCK", 3)
    with tempfile.TemporaryDirectory() as folder:
        job = Job(Site(seed), Path(folder), random.Random(seed), strict=True)

        async def body(loop):
            for how in [*ends, "end"]:
                await job.run(loop, how)

        jumping(body)


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(seed=25963, ends=[])
@given(
    seed=st.integers(0, 10**9), ends=st.lists(st.sampled_from(["kill", "kill", "drain", "stop"]), max_size=5)
)
def test_whatever_happens_every_page_is_done_once(jumping, monkeypatch, seed, ends):
    # Windows of a few requests, so that a small site needs the store as a large one does.
    monkeypatch.setattr(schedule, "_WINDOW_TOTAL", 4)
    monkeypatch.setattr(schedule, "_LANES_KEPT", 1)
    monkeypatch.setattr(fairness, "BLOCK", 3)
    monkeypatch.setattr(fairness, "_MOST_SITES", 2)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        job = Job(Site(seed), Path(folder), rng)

        async def body(loop):
            for how in [*ends, "end"]:
                await job.run(loop, how)

        jumping(body)
        job.check_complete()
