"""A session with a fake way to ask: each thing fetched once at a time, whoever waits for it."""

from __future__ import annotations

import asyncio

import pytest

from scrapekit.errors import FetchError, StuckError
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.session.asking import Ask
from scrapekit.web.session.session import Session
from scrapekit.web.session.steps import LoginSteps, Refused, SessionPlan, VarSteps
from scrapekit.web.turns import AT_ONCE

SHOP = "https://shop.test"
LOGIN = Request(f"{SHOP}/session", method="POST")
TOKEN = Request(f"{SHOP}/token")


class World:
    """A server that notes what it is asked, and a clock that is set by hand."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []
        self.now = 0.0

    async def send(self, request):
        self.asked.append(request.url.removeprefix(SHOP))
        await asyncio.sleep(0)
        answer = self.answers.get(request.url.rpartition("/")[2], "")
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, FetchError | Request):
            return answer
        return Page(
            request, request.url, *(answer if isinstance(answer, tuple) else (200, {}, answer.encode()))
        )

    def session(self, plan, retries=0):
        ask = Ask(self.send, turns=AT_ONCE, retries=retries)
        return Session(plan, ask, lambda: self.now)


def login(read=lambda page: {}, **more):
    return LoginSteps(frozenset({SHOP}), LOGIN, None, read, **more)


def token(**more):
    return VarSteps(TOKEN, lambda page: page.text, renew=frozenset({403}), **more)


def needing(path="/p", var=False):
    return Request(SHOP + path, late=("vars.token",) if var else (), seal="x" if var else "")


async def test_a_request_for_another_origin_needs_no_login():
    world = World()
    session = world.session(SessionPlan(login()))

    assert await session.ready(Request("https://other.test/")) == ()
    assert world.asked == []


async def test_many_requests_at_once_wait_for_one_login():
    world = World()
    session = world.session(SessionPlan(login()))

    stamps = await asyncio.gather(*(session.ready(needing(f"/{n}")) for n in range(16)))

    assert (set(stamps), world.asked) == ({(("login", 1),)}, ["/session"])


async def test_a_login_that_failed_is_not_tried_by_those_who_waited_for_it():
    def refuse(page):
        raise Refused("no")

    world = World()
    session = world.session(SessionPlan(login(refuse)))

    found = await asyncio.gather(*(session.ready(needing()) for _ in range(5)), return_exceptions=True)

    assert {(type(error), str(error)) for error in found} == {
        (StuckError, "could not log in at https://shop.test: no")
    }
    assert world.asked == ["/session"]


async def test_a_value_lasts_as_long_as_it_says():
    world = World(token="t")
    session = world.session(SessionPlan(vars={"token": token(expires=60.0)}))
    for world.now in (0.0, 59.0, 61.0, 62.0):
        await session.ready(needing(var=True))

    assert world.asked == ["/token", "/token"]


async def test_a_value_is_fetched_within_the_login_and_anew_with_it():
    world = World(token=["one", "two"])
    session = world.session(SessionPlan(login(expired=frozenset({401})), {"token": token()}))
    stamp = await session.ready(needing(var=True))
    assert (session.value("token"), stamp) == ("one", (("login", 1), ("vars.token", 1)))

    assert session.refused(FetchError("HTTP 401", status=401), before=False) == ""
    assert session.refused(FetchError("HTTP 401", status=401, session=stamp), before=False) == "renewed"
    stamp = await session.ready(needing(var=True))

    assert (session.value("token"), stamp) == ("two", (("login", 2), ("vars.token", 2)))
    assert world.asked == ["/session", "/token", "/session", "/token"]


async def test_only_what_the_status_speaks_of_is_renewed():
    world = World(token=["one", "two"])
    session = world.session(SessionPlan(login(expired=frozenset({401})), {"token": token()}))
    stamp = await session.ready(needing(var=True))

    assert session.refused(FetchError("HTTP 404", status=404, session=stamp), before=False) == ""
    assert session.refused(FetchError("HTTP 403", status=403, session=stamp), before=False) == "renewed"
    await session.ready(needing(var=True))

    assert world.asked == ["/session", "/token", "/token"]


async def test_a_value_that_cannot_be_had_fails_its_requests_without_asking_again():
    def nothing(page):
        raise Refused("found nothing")

    world = World()
    session = world.session(SessionPlan(vars={"token": VarSteps(TOKEN, nothing)}))
    for _ in range(3):
        with pytest.raises(FetchError, match=r"\Avars.token: found nothing\Z"):
            await session.ready(needing(var=True))

    assert world.asked == ["/token"]


async def test_a_value_that_cannot_be_had_just_now_is_asked_for_by_the_next():
    world = World(token=[FetchError("no answer", retry=True), "t"])
    session = world.session(SessionPlan(vars={"token": token()}))

    with pytest.raises(FetchError, match=r"\Avars.token: no answer\Z") as caught:
        await session.ready(needing(var=True))
    await session.ready(needing(var=True))

    assert (caught.value.retry, session.value("token")) == (True, "t")


def test_a_value_is_asked_for_as_often_as_any_page_and_a_login_once(jumping):
    busy = (503, {}, b"")
    world = World(token=[busy, busy, "t"], session=[FetchError("no answer", retry=True), ""])

    async def body(loop):
        session = world.session(SessionPlan(vars={"token": token()}), retries=2)
        await session.ready(needing(var=True))
        with pytest.raises(StuckError):
            await world.session(SessionPlan(login()), retries=2).ready(needing())

    jumping(body)

    assert world.asked == ["/token"] * 3 + ["/session"]


async def test_redirects_are_followed_to_the_end():
    world = World(session=Request(f"{SHOP}/home"), home="welcome")
    seen = []
    session = world.session(SessionPlan(login(lambda page: seen.append(page.text) or {"token": page.text})))

    await session.ready(needing())

    assert (seen, session.value("token"), world.asked) == (["welcome"], "welcome", ["/session", "/home"])


async def test_a_value_may_go_to_the_seeds_and_where_it_is_from():
    plan = SessionPlan(vars={"token": token()}, origins=frozenset({"https://api.test"}))
    session = World().session(plan)

    origins = (SHOP, "https://api.test", "https://evil.test")

    assert [session.allows("token", origin) for origin in origins] == [True, True, False]
    assert session.places("token") == "https://api.test and https://shop.test"
