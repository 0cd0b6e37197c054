"""Whole crawls of random hosts in virtual time, killed and gone on with: what the servers saw is polite.

Nothing but the servers' own log is looked at, and what every run must know: the recipe's pace.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapekit import FetchError, Outcome, Page, Request, StuckError, Verdict
from scrapekit.crawl import committer
from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.engine import Engine, StoppedNow
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import PageReader
from scrapekit.crawl.politeness import Pace
from scrapekit.hookspecs import MOMENTS
from scrapekit.job.state import Store
from scrapekit.recipe.model import Auth
from scrapekit.web.authorize import DigestFetcher, OAuthFetcher
from scrapekit.web.bindings import Bindings
from scrapekit.web.perform import Performer
from scrapekit.web.responses import judge
from scrapekit.web.scope import Scope
from scrapekit.web.session import LoginSteps, Session, SessionPerformer, SessionPlan
from scrapekit.web.session.asking import Ask
from scrapekit.web.url import lane_of, origin_of

SLACK = 0.002
"""The clock's own inaccuracy."""
OWN = ("/login", "/home", "/token")
"""Requests that robots.txt is not asked about."""


class Killed(Exception):
    """The process is gone; only what the store holds is left."""


@dataclass
class Asked:
    """One request as a server saw it."""

    run: int
    start: float
    lane: str
    origin: str
    path: str
    end: float = float("inf")
    patience: float = 0.0
    """Seconds for which the answer asked to be left in peace."""
    crawl_delay: float = 0.0
    """What the robots.txt asks for that ends with this answer."""
    rules_of: str = ""
    """The origin whose rules, or the lack of them, are known with this answer."""


@dataclass
class Web:
    """Random hosts: latencies, errors, redirects, robots.txt that move, and the log of all that was asked."""

    seed: int
    log: list[Asked] = field(default_factory=list)
    run: int = 0

    def __post_init__(self) -> None:
        self.rng = rng = random.Random(self.seed)
        self.hosts = [f"http://h{n}.test" for n in range(rng.randint(1, 4))]
        paths = ["page", "page", "page", "forbidden"]
        self.urls = [f"{rng.choice(self.hosts)}/{rng.choice(paths)}/{n}" for n in range(rng.randint(1, 40))]
        self.links = {url: rng.sample(self.urls, rng.randint(0, min(6, len(self.urls)))) for url in self.urls}
        self.delays = {host: rng.choice([0, 0, 1.5, 4]) for host in self.hosts}
        self.latency = {host: rng.choice([0.01, 0.3, 2.0]) for host in self.hosts}
        # A robots.txt may stand elsewhere, also on another host.
        self.moved_rules = {
            host: f"{rng.choice(self.hosts)}/rules-of/{n}"
            for n, host in enumerate(self.hosts)
            if rng.random() < 0.4
        }
        self.unreadable = Counter({host: rng.choice([0, 0, 1, 2]) for host in self.hosts})
        self.troubles = {
            url: rng.choice(["", "", "moved", "429", "503", "500", "reset"]) for url in self.urls
        }
        self.left = Counter(dict.fromkeys(self.urls, rng.choice([1, 2])))
        self.logged_in_at = rng.choice(self.hosts)

    async def fetch(self, request, raw=False):
        """What a server answers; also the fetcher of the crawl."""
        loop, url = asyncio.get_running_loop(), request.url
        asked = Asked(self.run, loop.time(), lane_of(url), origin_of(url), url[len(origin_of(url)) :])
        self.log.append(asked)
        await asyncio.sleep(self.rng.uniform(0.2, 1.0) * self.latency[asked.origin])
        asked.end = loop.time()
        answer = self.answer(request, asked)
        if isinstance(answer, FetchError):
            raise answer
        status, headers, body = answer
        error = None if raw else judge(request, status, headers, loop.time())
        if error is not None:
            raise error
        return Page(request, url, status, headers, body)

    def answer(self, request, asked):
        if asked.path == "/robots.txt" or asked.path.startswith("/rules-of/"):
            return self.rules(asked)
        if asked.path == "/login":
            return 302, {"location": "/home"}, b""
        if asked.path == "/home":
            return 200, {}, b""
        if asked.path == "/token":
            return 200, {}, b'{"access_token": "t", "expires_in": 20}'
        known = any(name == "Authorization" for name, _ in request.headers)
        if "digest" in self.wants and not known:
            return 401, {"www-authenticate": 'Digest realm="r", nonce="n", qop="auth"'}, b""
        return self.page(request.url, asked)

    wants = ""

    def rules(self, asked):
        of = asked.origin if asked.path == "/robots.txt" else self.hosts[int(asked.path.rpartition("/")[2])]
        if asked.path == "/robots.txt" and of in self.moved_rules:
            return 302, {"location": self.moved_rules[of]}, b""
        if self.unreadable[of] > 0:
            self.unreadable[of] -= 1
            return 503, {}, b""
        asked.rules_of, asked.crawl_delay = of, self.delays[of]
        body = f"User-agent: *\nDisallow: /forbidden\nCrawl-delay: {self.delays[of]}\n"
        return 200, {}, body.encode()

    def page(self, url, asked):
        trouble, self.left[url] = self.troubles[url], self.left[url] - 1
        if trouble == "moved" and self.left[url] >= 0:
            return 302, {"location": self.rng.choice(self.urls)}, b""
        if trouble in ("429", "503") and self.left[url] >= 0:
            asked.patience = self.rng.choice([1.0, 7.0])
            return int(trouble), {"retry-after": f"{asked.patience:g}"}, b""
        if trouble == "500" and self.left[url] >= 0:
            return 500, {}, b""
        if trouble == "reset" and self.left[url] >= 0:
            return FetchError("connection reset", retry=True)
        return 200, {}, b"page"

    def read(self, page):
        return Outcome(page.request, Verdict.OK, (), [Request(url, depth=1) for url in self.links[page.url]])


class Disk:
    """The journal as the loop sees it: one thing at a time, and gone at some commit."""

    def __init__(self, store, rng, commits):
        self.store = store
        self.begun: list[float] = []
        """When each group was handed over that is durable."""
        self._rng = rng
        self._left = commits
        self._queue = asyncio.Lock()

    async def commit(self, group):
        now = asyncio.get_running_loop().time()
        async with self._queue:
            await asyncio.sleep(self._rng.choice([0, 0.01, 0.2]))
            if self._left == 0:
                raise Killed
            self._left = None if self._left is None else self._left - 1
            committed = self.store.commit(group, {})
            self.begun.append(now)
            return committed

    async def waiting(self, lane, after, limit):
        async with self._queue:
            return self.store.waiting(lane, after, limit)


class Crawl:
    """Runs of one crawl over one web, each as real as can be without a socket."""

    def __init__(self, web: Web, folder: Path) -> None:
        self.web, self.path, self.rng = web, folder / "job.sqlite", web.rng
        rng = web.rng
        self.pace = Pace(
            delay=rng.choice([0, 0.5, 3.0]),
            per_host=rng.choice([1, 2, 5]),
            concurrency=rng.choice([1, 4, 16]),
            retries=rng.choice([0, 3]),
            park_after=rng.choice([0, 3, 10]),
        )
        web.wants = self.way = rng.choice(["plain", "plain", "login", "oauth2", "digest"])
        self.durable: dict[int, list[float]] = {}

    def perform(self, loop, turns):
        """The real way out, but for the fetcher."""
        web, bindings = self.web, Bindings({}, self.web.hosts)
        fetcher = web
        if self.way == "digest":
            fetcher = DigestFetcher(web, Auth("digest", user="me", password="pw"), bindings, turns)
        if self.way == "oauth2":
            auth = Auth("oauth2", user="me", password="pw", token_url=f"{web.logged_in_at}/token")
            fetcher = OAuthFetcher(web, auth, bindings, turns, clock=loop.time)
        performer = Performer(fetcher, agent="scrapekit", redirects=5)
        if self.way != "login":
            return performer.perform
        login = LoginSteps(frozenset(web.hosts), Request(f"{web.logged_in_at}/login"), None, lambda page: {})
        session = Session(SessionPlan(login), Ask(performer.page, turns=turns, retries=1), loop.time)
        return SessionPerformer(performer, session, turns=turns).perform

    async def go(self, loop, how: str) -> None:
        """One run that ends by itself, or is killed or stopped at some moment."""
        self.web.run += 1
        with closing(Store(self.path)) as store:
            restored = store.open("recipe")
            disk = Disk(store, self.rng, self.rng.randrange(8) if how == "kill" else None)
            self.durable[self.web.run] = disk.begun
            frontier = Frontier(self.pace, disk, clock=loop.time, rng=self.rng)
            frontier.restore(restored.lanes, now_unix=loop.time())
            engine = Engine(
                frontier=frontier,
                perform=self.perform(loop, frontier.turns),
                reader=PageReader(lambda rule: self.web.read),
                journal=disk,
                relay=SimpleNamespace(**dict.fromkeys(MOMENTS)),
                admission=Admission(Limits(Scope.of("any", []))),
                seeds=islice(map(Request, self.web.urls[:3]), restored.seeds, None),
            )
            if how == "stop":
                loop.call_later(self.rng.random() * 20, engine.stop_now)
            try:
                await engine.run()
            except (Killed, StoppedNow, StuckError):
                for asked in self.web.log:
                    asked.end = min(asked.end, loop.time())

    def check(self) -> None:
        """Every promise, over the servers' log alone."""
        by_lane = defaultdict(list)
        for asked in self.web.log:
            by_lane[asked.lane].append(asked)
        for log in by_lane.values():
            self.check_overlap(log)
            for earlier, later in pairwise(log):
                assert later.start - earlier.start >= self.pace.delay - SLACK, (earlier, later)
            for asked in log:
                self.check_patience(asked, log)
        self.check_crawl_delays(by_lane)
        self.check_rules()

    def check_overlap(self, log: list[Asked]) -> None:
        """Never more than per_host at a time, robots.txt, logins and all."""
        for asked in log:
            running = [other for other in log if other.start <= asked.start < other.end]
            assert len(running) <= self.pace.per_host, running

    def is_known(self, moment: float, run: int, later: Asked) -> bool:
        """True where the run of *later* must know what an answer of *run* said at *moment*."""
        if later.run == run:
            return True
        return any(begun > moment + SLACK for begun in self.durable[run])

    def check_patience(self, asked: Asked, log: list[Asked]) -> None:
        """Whoever asked for patience is left in peace for so long, by the next run too."""
        for later in log:
            if asked.end + SLACK < later.start and self.is_known(asked.end, asked.run, later):
                assert later.start >= asked.end + asked.patience - SLACK, (asked, later)

    def check_crawl_delays(self, by_lane: dict[str, list[Asked]]) -> None:
        """From the answer on that asks for a delay, it lies between two starts, across runs too."""
        rules = [asked for asked in self.web.log if asked.crawl_delay]
        for rule in rules:
            for earlier, later in pairwise(by_lane[lane_of(rule.rules_of)]):
                if rule.end + SLACK < later.start and self.is_known(rule.end, rule.run, later):
                    assert later.start - earlier.start >= rule.crawl_delay - SLACK, (rule, earlier, later)

    def check_rules(self) -> None:
        """In each run the rules of an origin are read before its first page, and no page is forbidden."""
        known: dict[tuple[int, str], float] = {}
        for asked in self.web.log:
            if asked.rules_of:
                known.setdefault((asked.run, asked.rules_of), asked.end)
        for asked in self.web.log:
            if asked.path not in (*OWN, "/robots.txt") and not asked.path.startswith("/rules-of/"):
                assert known[asked.run, asked.origin] <= asked.start, asked
                assert not asked.path.startswith("/forbidden"), asked


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), ends=st.lists(st.sampled_from(["kill", "kill", "stop"]), max_size=3))
def test_whatever_a_web_is_like_its_servers_see_a_polite_crawl(jumping, seed, ends):
    with tempfile.TemporaryDirectory() as folder:
        crawl = Crawl(Web(seed), Path(folder))

        async def body(loop):
            # Pauses are noted by the clock on the wall, which jumps here too.
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(committer, "time", loop.time)
                for how in [*ends, "end"]:
                    await crawl.go(loop, how)

        jumping(body)
        crawl.check()
        assert any(asked.path not in OWN for asked in crawl.web.log)
