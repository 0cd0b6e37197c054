"""Letting oneself in where a server must be asked first, with servers that check what they are sent."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable

import pytest

from scrapekit.errors import FetchError
from scrapekit.page import Page
from scrapekit.recipe.model import Auth
from scrapekit.request import Request
from scrapekit.web.authorize import DigestFetcher, OAuthFetcher, authorizing
from scrapekit.web.bindings import Bindings
from scrapekit.web.digest import Challenge, answer
from scrapekit.web.turns import AT_ONCE

URL = "https://shop.test/a?b=c"
BINDINGS = Bindings({}, ["https://shop.test/"])
USER = Auth("digest", user="me", password="pass")
CLIENT = Auth("oauth2", user="id", password="pw", token_url="https://id.test/token")


class Server:
    """Answers what *respond* says to a request's Authorization; notes what it was asked."""

    def __init__(self, respond: Callable[[Request, str], tuple[int, dict[str, str], bytes]]) -> None:
        self.respond = respond
        self.asked: list[tuple[str, str]] = []

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def fetch(self, request: Request, raw: bool = False) -> Page:
        sent = dict(request.headers).get("Authorization", "")
        self.asked.append((request.url, sent))
        await asyncio.sleep(0)
        status, headers, body = self.respond(request, sent)
        return Page(request, request.url, status, headers, body)


def digest_server(nonces: list[str], *, uses: int = 100, password: str = "pass") -> Server:
    """Accepts each nonce for so many uses, then asks for the next one."""
    counts: dict[str, int] = {}

    def respond(request: Request, sent: str) -> tuple[int, dict[str, str], bytes]:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', sent))
        nonce = nonces[0]
        challenge = f'Digest realm="r", nonce="{nonce}", qop="auth", algorithm=SHA-256'
        if given.get("nonce") != nonce:
            return 401, {"www-authenticate": challenge + (", stale=true" if sent else "")}, b"who?"
        count = int(given["nc"], 16)
        right = answer(
            Challenge("r", nonce, None, "SHA-256"), "me", password, "GET", "/a?b=c", count, given["cnonce"]
        )
        if sent != right or count != counts.get(nonce, 0) + 1:
            return 401, {"www-authenticate": challenge}, b"no"
        counts[nonce] = count
        if count >= uses and len(nonces) > 1:
            del nonces[0]
        return 200, {}, b"in"

    return Server(respond)


async def test_a_challenge_is_answered_and_the_nonce_used_again():
    server = digest_server(["n1"])
    fetcher = DigestFetcher(server, USER, BINDINGS, AT_ONCE)
    request = Request(URL)

    pages = [await fetcher.fetch(request) for _ in range(3)]

    assert [page.body for page in pages] == [b"in"] * 3
    assert pages[0].request is request
    assert len(server.asked) == 4


async def test_a_nonce_that_grew_old_is_replaced():
    server = digest_server(["n1", "n2"], uses=2)
    fetcher = DigestFetcher(server, USER, BINDINGS, AT_ONCE)

    pages = [await fetcher.fetch(Request(URL)) for _ in range(3)]

    assert [page.status for page in pages] == [200] * 3
    assert len(server.asked) == 5


async def test_a_wrong_password_ends_in_one_refusal():
    server = digest_server(["n1"], password="another")

    with pytest.raises(FetchError) as caught:
        await DigestFetcher(server, USER, BINDINGS, AT_ONCE).fetch(Request(URL))

    assert (str(caught.value), caught.value.status) == ("HTTP 401 Unauthorized", 401)
    assert len(server.asked) == 2


async def test_a_server_that_always_wants_another_nonce_is_asked_three_times():
    number = iter(range(1000))
    server = Server(
        lambda _, __: (401, {"www-authenticate": f'Digest nonce="{next(number)}", qop=auth, stale=true'}, b"")
    )

    with pytest.raises(FetchError):
        await DigestFetcher(server, USER, BINDINGS, AT_ONCE).fetch(Request(URL))

    assert len(server.asked) == 3


async def test_a_refusal_without_a_challenge_we_know_is_a_refusal():
    server = Server(lambda _, __: (401, {"www-authenticate": "Negotiate"}, b""))

    with pytest.raises(FetchError):
        await DigestFetcher(server, USER, BINDINGS, AT_ONCE).fetch(Request(URL))

    assert len(server.asked) == 1


async def test_another_site_is_never_answered():
    server = Server(lambda _, __: (401, {"www-authenticate": 'Digest nonce="n", qop=auth'}, b""))

    page = await DigestFetcher(server, USER, BINDINGS, AT_ONCE).fetch(Request("https://evil.test/"), raw=True)

    assert page.status == 401
    assert server.asked == [("https://evil.test/", "")]


async def test_the_next_nonce_is_used_when_the_server_names_it():
    def respond(request: Request, sent: str) -> tuple[int, dict[str, str], bytes]:
        if not sent:
            return 401, {"www-authenticate": 'Digest realm="r", nonce="n1", qop="auth"'}, b""
        return 200, {"authentication-info": 'nextnonce="n2"'}, b"in"

    server = Server(respond)
    fetcher = DigestFetcher(server, USER, BINDINGS, AT_ONCE)
    await fetcher.fetch(Request(URL))
    await fetcher.fetch(Request(URL))

    assert 'nonce="n2"' in server.asked[-1][1]
    assert "nc=00000001" in server.asked[-1][1]


def oauth_server(tokens: list[str], *, lasts: int = 3600) -> Server:
    """Gives the tokens one after the other; the last one given is the one that is right."""
    right = ""

    def respond(request: Request, sent: str) -> tuple[int, dict[str, str], bytes]:
        nonlocal right
        if request.url == CLIENT.token_url:
            right = tokens.pop(0)
            data = {"access_token": right, "token_type": "Bearer", "expires_in": lasts}
            return 200, {}, json.dumps(data).encode()
        return (200, {}, b"in") if sent == f"Bearer {right}" else (401, {}, b"out")

    return Server(respond)


def times_asked_for_tokens(server: Server) -> int:
    return sum(url == CLIENT.token_url for url, _ in server.asked)


async def test_many_requests_share_one_token():
    server = oauth_server(["t1"])
    fetcher = OAuthFetcher(server, CLIENT, BINDINGS, AT_ONCE)

    pages = await asyncio.gather(*(fetcher.fetch(Request(URL)) for _ in range(10)))

    assert {page.body for page in pages} == {b"in"}
    assert times_asked_for_tokens(server) == 1


async def test_a_token_that_is_refused_is_renewed_once_for_all():
    server = oauth_server(["t1", "t2"])
    fetcher = OAuthFetcher(server, CLIENT, BINDINGS, AT_ONCE)
    await fetcher.fetch(Request(URL))
    await server.fetch(Request(CLIENT.token_url))  # the server forgets the first one

    server.asked.clear()
    server.respond = oauth_server(["t3"]).respond
    pages = await asyncio.gather(*(fetcher.fetch(Request(URL)) for _ in range(10)))

    assert {page.body for page in pages} == {b"in"}
    assert times_asked_for_tokens(server) == 1


async def test_a_token_that_never_worked_is_not_renewed_for_each_page():
    server = oauth_server(["t1", "t2"])
    inner = server.respond
    server.respond = lambda request, sent: inner(request, sent if "token" in request.url else "wrong")
    fetcher = OAuthFetcher(server, CLIENT, BINDINGS, AT_ONCE)

    for _ in range(5):
        with pytest.raises(FetchError, match="401"):
            await fetcher.fetch(Request(URL))

    assert times_asked_for_tokens(server) == 1


async def test_a_token_is_renewed_before_it_ends():
    now = [0.0]
    server = oauth_server(["t1", "t2"], lasts=100)
    fetcher = OAuthFetcher(server, CLIENT, BINDINGS, AT_ONCE, clock=lambda: now[0])
    await fetcher.fetch(Request(URL))

    now[0] = 95.0
    await fetcher.fetch(Request(URL))

    assert times_asked_for_tokens(server) == 2


async def test_a_client_that_is_refused_is_asked_about_once_and_every_page_says_so():
    server = Server(lambda _, __: (400, {}, b'{"error": "invalid_client"}'))
    fetcher = OAuthFetcher(server, CLIENT, BINDINGS, AT_ONCE)

    for _ in range(3):
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(URL))
        assert str(caught.value) == "no token was given: invalid_client; check client_id and client_secret"

    assert len(server.asked) == 1


async def test_another_site_never_sees_the_token():
    server = oauth_server(["t1"])
    fetcher = OAuthFetcher(server, CLIENT, BINDINGS, AT_ONCE)

    await fetcher.fetch(Request("https://evil.test/"), raw=True)

    assert server.asked == [("https://evil.test/", "")]


async def test_other_kinds_need_no_fetcher_of_their_own():
    server = Server(lambda _, __: (200, {}, b""))

    assert authorizing(server, None, BINDINGS, AT_ONCE) is server
    assert authorizing(server, Auth("bearer", token="x"), BINDINGS, AT_ONCE) is server
