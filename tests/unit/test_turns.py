"""What is sent in the middle of a granted request keeps each host's pace, on a clock that jumps."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

import pytest

from scrapekit import FetchError, Request
from scrapekit.crawl.entries import Entry
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Pace
from scrapekit.page import Page
from scrapekit.recipe.model import Auth
from scrapekit.web.authorize import DigestFetcher, OAuthFetcher
from scrapekit.web.bindings import Bindings
from scrapekit.web.perform import Performer
from scrapekit.web.session import LoginSteps, Session, SessionPerformer, SessionPlan, VarSteps
from scrapekit.web.session.asking import Ask
from scrapekit.web.url import lane_of

SHOP, OTHER = "https://shop.test", "https://id.test"
DELAY = 2.0


class Server:
    """Notes when it was asked for what, answers after a while, and counts what runs at once."""

    def __init__(self, loop, latency=0.3, **answers):
        self.loop = loop
        self.latency = latency
        self.answers = answers
        self.log: list[tuple[float, str]] = []
        self.running = 0
        self.most = 0

    async def fetch(self, request, raw=False):
        self.log.append((round(self.loop.time() - 1000, 3), request.url.removeprefix(SHOP)))
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.latency)
        finally:
            self.running -= 1
        answer = self.answers.get(request.url.rpartition("/")[2], (200, {}, b""))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, FetchError):
            raise answer
        return Page(request, request.url, *answer)


class World:
    """A frontier that grants pages, performed by whatever *make* makes of the server and the turns."""

    def __init__(self, loop, server, make, *urls, per_host=4):
        pace = Pace(delay=DELAY, per_host=per_host, obey_robots=False)
        self.frontier = Frontier(pace, self, clock=loop.time, rng=random.Random(0))
        self.server = server
        self.perform = make(server, self.frontier.turns)
        entries = [Entry(Request(url), lane_of(url), 0, n, n) for n, url in enumerate(urls)]
        self.frontier.committed([], entries)
        self.frontier.seeds_exhausted()

    async def waiting(self, lane, after, limit):
        return []

    async def crawl(self):
        async with asyncio.TaskGroup() as group:
            while (entry := await self.frontier.next()) is not None:
                group.create_task(self._fetch(entry))
        return self.server.log

    async def _fetch(self, entry):
        await self.perform(entry.request)
        self.frontier.release(entry)
        self.frontier.committed([entry], [])


def with_login(at=SHOP, var=None, retries=0):
    """Performs pages of the shop, which need a login first."""

    def make(server, turns):
        performer = Performer(server, agent="scrapekit", redirects=5)
        login = LoginSteps(frozenset({SHOP}), Request(f"{at}/login"), None, lambda page: {})
        ask = Ask(performer.page, turns=turns, retries=retries)
        plan = SessionPlan(login, {} if var is None else {"token": VarSteps(Request(var), lambda page: "t")})
        session = Session(plan, ask, server.loop.time)
        return SessionPerformer(performer, session, turns=turns).perform

    return make


def authorized(kind, auth):
    def make(server, turns):
        clock = {"clock": server.loop.time} if kind is OAuthFetcher else {}
        fetcher = kind(server, auth, Bindings({}, [SHOP]), turns, **clock)
        return Performer(fetcher, agent="scrapekit", redirects=5).page

    return make


def gaps(log):
    starts = [moment for moment, _ in log]
    return [round(b - a, 3) for a, b in pairwise(starts)]


def test_a_login_keeps_the_delay_and_each_page_that_waited_for_it_starts_in_its_own_turn(jumping):
    async def body(loop):
        # The login takes so long that all four pages wait for it.
        server = Server(loop, latency=20.0)
        return await World(loop, server, with_login(), *[f"{SHOP}/{n}" for n in range(4)]).crawl()

    log = jumping(body)
    assert [path for _, path in log] == ["/login", "/0", "/1", "/2", "/3"]
    assert min(gaps(log)) >= DELAY


def test_a_redirected_login_keeps_the_delay_of_each_host_that_it_passes(jumping):
    async def body(loop):
        server = Server(loop, login=(302, {"location": f"{SHOP}/home"}, b""))
        return await World(loop, server, with_login(OTHER), f"{SHOP}/1", f"{OTHER}/2", per_host=1).crawl()

    log = jumping(body)
    shops = [(moment, url) for moment, url in log if not url.startswith(OTHER)]
    others = [(moment, url) for moment, url in log if url.startswith(OTHER)]
    assert {url for _, url in log} == {"/home", "/1", f"{OTHER}/login", f"{OTHER}/2"}
    assert min(gaps(shops) + gaps(others)) >= DELAY


def test_a_login_waits_for_room_on_a_host_that_is_busy_and_nobody_waits_for_ever(jumping):
    async def body(loop):
        server = Server(loop, latency=9.0)
        urls = [f"{OTHER}/1", f"{SHOP}/1", f"{OTHER}/2", f"{SHOP}/2", f"{OTHER}/3"]
        log = await World(loop, server, with_login(OTHER), *urls, per_host=1).crawl()
        return log, server.most

    log, most = jumping(body)
    assert len(log) == 6
    # One at a time on each of the two hosts.
    assert most <= 2


def test_a_host_that_asks_the_login_for_patience_is_left_alone_by_its_pages_too(jumping):
    busy = FetchError("HTTP 429", retry=True, throttled=True, retry_after=30.0, status=429)

    async def body(loop):
        server = Server(loop, token=[busy, (200, {}, b"t")])
        performer = Performer(server, agent="scrapekit", redirects=5)
        frontier = World(loop, server, lambda *_: performer.page, *[f"{SHOP}/{n}" for n in range(3)])
        ask = Ask(performer.page, turns=frontier.frontier.turns, retries=1)
        await asyncio.gather(ask.page(Request(f"{SHOP}/token")), frontier.crawl())
        return server.log

    log = jumping(body)
    asked = next(moment for moment, path in log if path == "/token")
    # Whatever had started by the time of the answer had; nothing else within the half minute.
    assert [path for moment, path in log if asked + 0.3 < moment < asked + 30.3] == []
    assert min(gaps(log)) >= DELAY


@pytest.mark.parametrize("per_host", [1, 4])
def test_a_token_on_the_pages_own_host_is_asked_for_in_turn(jumping, per_host):
    auth = Auth("oauth2", user="id", password="pw", token_url=f"{SHOP}/token")
    token = (200, {}, b'{"access_token": "t", "expires_in": 45}')

    async def body(loop):
        server = Server(loop, token=token)
        urls = [f"{SHOP}/{n}" for n in range(40)]
        return await World(loop, server, authorized(OAuthFetcher, auth), *urls, per_host=per_host).crawl()

    log = jumping(body)
    assert [path for _, path in log].count("/token") == 2
    assert len(log) == 42
    assert min(gaps(log)) >= DELAY


def test_the_answer_to_a_challenge_is_a_start_of_its_own(jumping):
    challenge = {"www-authenticate": 'Digest realm="r", nonce="n", qop="auth"'}

    def respond(request):
        known = any(name == "Authorization" for name, _ in request.headers)
        return (200, {}, b"in") if known else (401, challenge, b"")

    async def body(loop):
        server = Server(loop, **{str(n): respond for n in range(3)})
        urls = [f"{SHOP}/{n}" for n in range(3)]
        auth = Auth("digest", user="me", password="pass")
        return await World(loop, server, authorized(DigestFetcher, auth), *urls, per_host=1).crawl()

    log = jumping(body)
    assert [path for _, path in log] == ["/0", "/0", "/1", "/2"]
    assert min(gaps(log)) >= DELAY


def test_a_start_that_is_reserved_already_moves_when_the_host_is_slowed_down(jumping):
    async def body(loop):
        frontier = World(loop, Server(loop), lambda *_: None).frontier
        lane = frontier._schedule.lane("shop.test")
        lane.start(Entry(Request(SHOP), lane.name, 0, 0, 0), loop.time())
        starts = []

        async def ask():
            async with frontier.turns.own(SHOP):
                starts.append(loop.time() - 1000)

        waiting = [asyncio.ensure_future(ask()) for _ in range(3)]
        await asyncio.sleep(1)
        lane.delay = 10.0
        await asyncio.gather(*waiting)
        return starts

    first, second, third = jumping(body)
    assert first >= 10
    assert second - first >= 10
    assert third - second >= 10
