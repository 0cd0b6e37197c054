"""Fetching: what is sent, what comes back, and how connections are used."""

from __future__ import annotations

import asyncio
import gzip
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp.abc import AbstractResolver

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.recipe.model import Http, Secret
from scrapekit.request import Request
from scrapekit.web.coding import accept_encoding
from scrapekit.web.fetch import HttpFetcher
from scrapekit.web.responses import redirect

OK = b"HTTP/1.1 200 OK\r\n"


def page(body=b"<p>hello</p>", status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def fetching(site, **http):
    fetcher = HttpFetcher(Http(**{"timeout": 5.0, **http}), [site.url()], agent="scrapekit/test")
    await fetcher.open()
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def fetched(site, request, **http):
    async with fetching(site, **http) as fetcher:
        return await fetcher.fetch(Request(request) if isinstance(request, str) else request)


async def test_a_page_comes_back_whole(site):
    request = Request(
        site.serve(page(b"caf\xc3\xa9", "200 OK", "Content-Type: text/html", "X-A: 1", "x-a: 2"))
    )

    answer = await fetched(site, request)

    assert (answer.request, answer.url, answer.status) == (request, site.url(), 200)
    assert answer.headers == {"content-length": "5", "content-type": "text/html", "x-a": "1, 2"}
    assert answer.text == "café"
    assert 0 < answer.elapsed < 5


async def test_set_cookie_headers_are_kept_apart(site):
    url = site.serve(page(b"", "200 OK", "Set-Cookie: a=1, 2", "Set-Cookie: b=3"))

    assert (await fetched(site, url)).headers["set-cookie"] == "a=1, 2\nb=3"


async def test_headers_in_any_encoding_are_text(site):
    head = OK + b"X-A: \xe9\r\nX-B: \xc3\xa9\r\nContent-Length: 0\r\n\r\n"

    headers = (await fetched(site, site.serve(head))).headers

    assert (headers["x-a"], headers["x-b"]) == ("é", "é")


async def test_a_location_in_any_encoding_leads_where_the_server_meant(site):
    site.serve(page(), "/caf%E9")
    url = site.serve(b"HTTP/1.1 302 F\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n")
    async with fetching(site) as fetcher:
        request = Request(url)
        hop = redirect(request, await fetcher.fetch(request), 5)

        assert (await fetcher.fetch(hop)).url == site.url("/caf%E9")


async def test_what_is_sent_by_default(site):
    await fetched(site, site.serve(page(), "/a?b=%20c"))

    assert site.heads[0].strip().split("\r\n") == [
        "GET /a?b=%20c HTTP/1.1",
        f"Host: 127.0.0.1:{site.port}",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        f"Accept-Encoding: {accept_encoding()}",
        "User-Agent: scrapekit/test",
    ]


async def test_headers_of_the_recipe_and_the_request_are_sent_once_each(site):
    headers = (("X-Two", "request"), ("accept", "text/x"))
    request = Request(site.serve(page()), headers=headers)

    await fetched(
        site,
        request,
        user_agent="me",
        headers={"x-one": "1", "x-two": "recipe", "accept-language": "de", "Authorization": "Bearer a"},
    )

    assert site.sent("x-one") == ["1"]
    assert site.sent("x-two") == ["request"]
    assert site.sent("accept") == ["text/x"]
    assert site.sent("accept-language") == ["de"]
    assert site.sent("authorization") == ["Bearer a"]
    assert site.sent("user-agent") == ["me"]


async def test_the_recipe_can_name_the_user_agent_as_a_header(site):
    await fetched(site, site.serve(page()), headers={"user-agent": "me"})

    assert site.sent("user-agent") == ["me"]


async def test_a_form_is_posted_as_it_is(site):
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = Request(site.serve(page()), method="POST", headers=headers, body=b"q=tea")

    await fetched(site, request)

    assert site.bodies == [b"q=tea"]
    assert site.sent("content-type") == ["application/x-www-form-urlencoded"]


async def test_a_large_body_is_posted_whole(site):
    body = b"x" * (2 * 2**20)

    await fetched(site, Request(site.serve(page()), method="POST", body=body))

    assert site.bodies == [body]


async def test_a_url_is_put_right_before_it_is_sent(site):
    site.serve(page(), "/a%20b/%C3%A9?q=%27")

    answer = await fetched(site, site.url("/x/../a b/é?q='#top"))

    assert answer.url == site.url("/a%20b/%C3%A9?q=%27")


async def test_line_breaks_in_a_url_or_a_header_inject_nothing(site):
    site.serve(page(), "/aX-Bad:%201")
    await fetched(site, site.url("/a\r\nX-Bad: 1"))

    with pytest.raises(FetchError, match=r"^the request cannot be sent: "):
        await fetched(site, Request(site.serve(page()), headers=(("X-A", "1\r\nX-Bad: 1"),)))

    assert site.sent("x-bad") == []


@pytest.mark.parametrize(
    "url", ["mailto:a@b.test", "file:///etc/passwd", "http://", "no address", "http://a b/"]
)
async def test_what_is_no_web_address_is_refused(site, url):
    with pytest.raises(FetchError) as caught:
        await fetched(site, url)

    assert str(caught.value) == "no address that can be fetched"
    assert (caught.value.verdict, caught.value.retry) == (Verdict.REFUSED, False)


async def test_head_brings_headers_without_a_body(site):
    async def answer(wire):
        await wire.send(OK + b"Content-Length: 99999999999\r\n\r\n")

    answer = await fetched(site, Request(site.serve(answer), method="HEAD"))

    assert (answer.body, answer.headers["content-length"]) == (b"", "99999999999")


# --- secrets


async def test_secrets_go_to_the_seeds_origins_and_nowhere_else(site):
    site.serve(page())
    http = {
        "headers": {"X-Key": Secret("s3"), "Authorization": "Bearer a", "X-Plain": "p"},
        "cookies": {"sid": Secret("c4"), "lang": "de"},
        "allow_hosts": ("localhost",),
    }
    async with fetching(site, **http) as fetcher:
        await fetcher.fetch(Request(site.url()))
        await fetcher.fetch(Request(site.url(host="localhost")))

    assert site.sent("x-key") == ["s3"]
    assert site.sent("authorization") == ["Bearer a"]
    assert site.sent("cookie") == ["sid=c4; lang=de"]
    assert site.sent("x-plain") == ["p", "p"]


async def test_the_credentials_of_a_seed_become_an_authorization_for_its_origin(site):
    site.serve(page(), "/a")
    seed = f"http://me:w%40rd@127.0.0.1:{site.port}/"
    fetcher = HttpFetcher(Http(timeout=5), [seed], agent="x")
    await fetcher.open()
    answer = await fetcher.fetch(Request(seed + "a"))
    await fetcher.close()

    assert site.sent("authorization") == ["Basic bWU6d0ByZA=="]
    assert answer.url == site.url("/a")


# --- cookies


async def test_cookies_are_forgotten_unless_the_recipe_wants_them(site):
    url = site.serve(page(b"", "200 OK", "Set-Cookie: a=1"))
    async with fetching(site) as fetcher:
        await fetcher.fetch(Request(url))
        await fetcher.fetch(Request(url))

    assert site.sent("cookie") == []


async def test_kept_cookies_join_those_of_the_recipe(site):
    url = site.serve(page(b"", "200 OK", "Set-Cookie: a=1"))
    async with fetching(site, keep_cookies=True, cookies={"b": "2", "a": "0"}) as fetcher:
        await fetcher.fetch(Request(url))
        await fetcher.fetch(Request(url))

    first, second = site.sent("cookie")
    assert first == "b=2; a=0"
    assert sorted(second.split("; ")) == ["a=1", "b=2"]


async def test_the_cookies_of_a_request_come_before_those_that_are_kept_and_the_recipe_s(site):
    url = site.serve(page(b"", "200 OK", "Set-Cookie: b=kept\r\nSet-Cookie: c=kept"))
    async with fetching(site, keep_cookies=True, cookies={"a": "recipe", "b": "recipe"}) as fetcher:
        await fetcher.fetch(Request(url))
        await fetcher.fetch(Request(url, headers=(("Cookie", "c=own; d=own"),)))

    assert site.sent("cookie") == ["a=recipe; b=recipe", "a=recipe; b=kept; c=own; d=own"]


# --- redirects and statuses


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
async def test_a_redirect_comes_back_as_a_page_without_its_body(site, status):
    url = site.serve(page(b"moved", status, "Location: /b"))
    async with fetching(site) as fetcher:
        answer = await fetcher.fetch(Request(url))
        await fetcher.fetch(Request(url))

    assert (answer.status, answer.headers["location"], answer.body) == (int(status[:3]), "/b", b"")
    assert site.connections == 1


async def test_the_body_of_a_redirect_may_be_as_broken_as_it_likes(site):
    async def answer(wire):
        await wire.send(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Encoding: nope\r\n\r\n" + b"x" * 2000)
        wire.reset()

    assert (await fetched(site, site.serve(answer), max_body=100)).status == 302


async def test_an_error_status_is_raised_and_the_connection_kept(site):
    async with fetching(site) as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError, match=r"^HTTP 404 Not Found$") as caught:
                await fetcher.fetch(Request(site.url("/missing")))

    assert caught.value.status == 404
    assert site.connections == 1


async def test_an_error_status_with_a_large_body_is_raised_at_once(site):
    async def answer(wire):
        await wire.send(b"HTTP/1.1 500 No\r\nContent-Length: 99999999\r\n\r\nx")
        await wire.hang()

    with pytest.raises(FetchError, match=r"^HTTP 500 Internal Server Error$"):
        await fetched(site, site.serve(answer))


async def test_raw_brings_any_status_as_a_page(site):
    async with fetching(site) as fetcher:
        answer = await fetcher.fetch(Request(site.url("/robots.txt")), raw=True)

    assert (answer.status, answer.body) == (404, b"not here")


async def test_retry_after_reaches_whoever_asked(site):
    url = site.serve(page(b"", "429 Slow", "Retry-After: 7"))

    with pytest.raises(FetchError) as caught:
        await fetched(site, url)

    assert (caught.value.retry_after, caught.value.throttled, caught.value.retry) == (7.0, True, True)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_answers_without_content_are_empty_pages(site, status):
    url = site.serve(f"HTTP/1.1 {status}\r\n\r\n".encode())

    assert (await fetched(site, url)).body == b""


# --- packed bodies


async def test_a_packed_page_is_unpacked(site):
    body = b"<p>hello</p>" * 1000
    url = site.serve(page(gzip.compress(body), "200 OK", "Content-Encoding: gzip"))

    assert (await fetched(site, url)).body == body


async def test_a_packed_page_in_chunks_is_unpacked(site):
    packed = gzip.compress(gzip.compress(b"<p>hello</p>"))
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in packed) + b"0\r\n\r\n"
    url = site.serve(OK + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip, gzip\r\n\r\n" + chunks)

    assert (await fetched(site, url)).body == b"<p>hello</p>"


# --- connections


async def test_a_connection_is_used_again(site):
    url = site.serve(page())
    async with fetching(site) as fetcher:
        for _ in range(5):
            await fetcher.fetch(Request(url))

    assert site.connections == 1


async def test_many_requests_at_once_have_a_connection_each(site):
    url = site.serve(page())
    async with fetching(site) as fetcher:
        answers = await asyncio.gather(*(fetcher.fetch(Request(url)) for _ in range(50)))

    assert len(answers) == 50
    assert site.connections == 50


async def test_a_kept_connection_that_died_is_replaced_at_once(site):
    async def answer_and_leave(wire):
        await wire.send(page())
        wire.end()

    url = site.serve(answer_and_leave)
    async with fetching(site) as fetcher:
        for _ in range(3):
            assert (await fetcher.fetch(Request(url))).status == 200

    assert site.connections == 3


async def test_a_fresh_connection_that_dies_is_not_replaced(site):
    async def leave(wire):
        wire.end()

    with pytest.raises(FetchError) as caught:
        await fetched(site, site.serve(leave))

    assert str(caught.value) == f"127.0.0.1:{site.port} closed the connection before it answered"
    assert caught.value.retry
    assert site.connections == 1


async def test_cancelling_a_fetch_closes_its_connection(site):
    asked, gone = asyncio.Event(), asyncio.Event()

    async def hang(wire):
        asked.set()
        await wire.hang()
        gone.set()

    url = site.serve(hang)
    async with fetching(site) as fetcher:
        task = asyncio.create_task(fetcher.fetch(Request(url)))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(gone.wait(), 1)


# --- private addresses

SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://0:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127%2E0%2e0.1:{port}/",
    "http://１２７。0。0。1:{port}/",
    "http://shop.test@127.0.0.1:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::1]:{port}/",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_spelling_reaches_a_private_address_the_recipe_does_not_name(site, spelling):
    fetcher = HttpFetcher(Http(timeout=5), ["http://shop.test/"], agent="x")
    await fetcher.open()
    with pytest.raises(FetchError, match=r"is not public, and http\.allow_hosts does not name it$") as caught:
        await fetcher.fetch(Request(spelling.format(port=site.port)))
    await fetcher.close()

    assert (caught.value.verdict, caught.value.retry) == (Verdict.REFUSED, False)
    assert site.connections == 0


async def test_the_refusal_names_host_and_address(site):
    async with fetching(site) as fetcher:
        with pytest.raises(
            FetchError, match=r"^localhost leads to (127\.0\.0\.1|::1), which is not public, and"
        ):
            await fetcher.fetch(Request(site.url(host="localhost")))
        with pytest.raises(
            FetchError, match=r"^127\.0\.0\.9 is not public, and http\.allow_hosts does not name it$"
        ):
            await fetcher.fetch(Request(site.url(host="127.0.0.9")))


async def test_a_redirect_target_is_asked_about_like_any_other_address(site):
    url = site.serve(page(b"", "302 Found", "Location: http://localhost:1/"))
    async with fetching(site) as fetcher:
        hop = await fetcher.fetch(Request(url))
        with pytest.raises(FetchError, match="which is not public"):
            await fetcher.fetch(Request(hop.headers["location"]))


async def test_allowed_hosts_are_reached(site):
    url = site.serve(page())
    for allowed in ("localhost", f"localhost:{site.port}", "127.0.0.0/8"):
        fetcher = HttpFetcher(Http(timeout=5, allow_hosts=(allowed,)), ["http://shop.test/"], agent="x")
        await fetcher.open()
        assert (await fetcher.fetch(Request(url.replace("127.0.0.1", "localhost")))).status == 200
        await fetcher.close()


class FlippingResolver(AbstractResolver):
    """A name server with one answer, of several addresses, after the other; the last is given ever after."""

    def __init__(self, *answers):
        self._answers = list(answers)

    async def resolve(self, host, port=0, family=socket.AF_INET):
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        found = {"hostname": host, "port": port, "family": socket.AF_INET, "proto": 6, "flags": 0}
        return [{**found, "host": address} for address in addresses.split()]

    async def close(self):
        pass


async def test_of_the_addresses_of_a_name_only_those_that_are_allowed_are_connected_to(site):
    other = await asyncio.start_server(site.handle, "127.0.0.2", site.port)
    site.serve(page())
    http = Http(timeout=5, allow_hosts=("127.0.0.1/32",))
    resolver = FlippingResolver("127.0.0.2 127.0.0.1", "127.0.0.2 127.0.0.3")
    fetcher = HttpFetcher(http, [], agent="x", resolver=resolver)
    await fetcher.open()
    assert (await fetcher.fetch(Request(site.url(host="both.test")))).status == 200
    with pytest.raises(FetchError, match=r"^none\.test leads to 127\.0\.0\.3, which is not public"):
        await fetcher.fetch(Request(site.url(host="none.test")))
    await fetcher.close()
    other.close()

    assert site.connections == 1


async def test_a_name_that_moves_to_another_address_is_asked_about_again(site):
    other = await asyncio.start_server(site.handle, "127.0.0.2", 0)
    port = other.sockets[0].getsockname()[1]
    site.serve(page())
    http = Http(timeout=5, allow_hosts=("127.0.0.1/32",))
    fetcher = HttpFetcher(http, [], agent="x", resolver=FlippingResolver("127.0.0.1", "127.0.0.2"))
    await fetcher.open()
    assert (await fetcher.fetch(Request(site.url(host="flip.test")))).status == 200
    with pytest.raises(FetchError, match=r"^flip\.test leads to 127\.0\.0\.2, which is not public"):
        await fetcher.fetch(Request(f"http://flip.test:{port}/"))
    await fetcher.close()
    other.close()

    assert site.connections == 1
